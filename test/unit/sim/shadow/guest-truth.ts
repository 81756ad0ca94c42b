import assert from 'node:assert/strict';

import { isLast } from '../../../../src-core/kvm/spte';
import { gfnOf, type MmuPage } from '../../../../src-core/sim/shadow/mmu-page';
import type { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';
import { translate } from '../../../../src-core/walk/translate';
import type { WalkResult } from '../../../../src-core/walk/walk-result';
import { presentEntries } from './recount';

/** Where the pointers of a PAE guest are looked for: beyond all of its memory. */
const pointersAt = 1n << 51n;

/** Where the guest's own tables lead, by the walker that reads dumps: it knows nothing of KVM. */
export function guestTranslation(machine: ShadowMachine, gva: number): WalkResult {
  const { state, kind, guest } = machine;
  const canonical = kind.guest.hardware === 'x86-64' && gva >= 2 ** 47;
  const address = canonical ? BigInt(gva) | 0xffff_0000_0000_0000n : BigInt(gva);
  if (kind.guestFormat.shape.levels !== 3) {
    return translate(guest, kind.guestFormat, BigInt(state.cr3), address);
  }
  // A PAE guest's four pointers are those of when CR3 was loaded: they are no memory.
  const memory = {
    readWord: (at: bigint, bytes: 4 | 8) =>
      at >= pointersAt ? state.pdptrs[Number(at - pointersAt) / 8] : guest.readWord(at, bytes),
  };
  return translate(memory, kind.guestFormat, pointersAt, address);
}

/** Whether the guest's tables allow an access. */
export function guestAllows(
  machine: ShadowMachine,
  gva: number,
  access: 'read' | 'write' | 'execute',
  user: boolean,
): boolean {
  const { status, permissions, steps } = guestTranslation(machine, gva);
  if (status !== 'mapped' || !permissions) return false;
  // Tables outside of memory read as zeros here; to KVM they are none.
  if (steps.some(({ table }) => isOutside(machine, table))) return false;
  if (user && permissions.user === false) return false;
  if (access === 'execute') return permissions.execute;
  return access === 'read' || permissions.write || (!user && !machine.setup.cr0Wp);
}

function isOutside(machine: ShadowMachine, table: bigint): boolean {
  return table < pointersAt && machine.slotOf(Number(table >> 12n)) === undefined;
}

interface Reached {
  readonly page: MmuPage;
  readonly index: number;
  readonly gva: number;
  readonly behind: boolean;
}

/** Every leaf below the roots, with its address; `behind`: the guest may have changed its entry unseen. */
export function* reachedLeaves(machine: ShadowMachine): Generator<Reached> {
  const { roots } = machine.state;
  for (const [number, root] of roots.entries()) {
    if (root) yield* below(machine, root, roots.length === 4 ? number * 2 ** 30 : 0);
  }
}

function* below(machine: ShadowMachine, page: MmuPage, base: number): Generator<Reached> {
  const size = 4096 * 512 ** (page.level - 1);
  for (const index of presentEntries(machine, page)) {
    const gva = base + index * size;
    const child = machine.childOf(page.table.entry(index), page.level);
    if (child) yield* below(machine, child, gva);
    else yield { page, index, gva, behind: page.unsync };
  }
}

/**
 * What the shadow tables allow is what the guest's tables and the slots imply: the same frame behind
 * every address, no right that the guest did not give, and no way to write a shadowed table unseen.
 * @returns how many addresses were compared
 */
export function assertShadow(machine: ShadowMachine, what: string): number {
  const { masks } = machine.kind;
  let compared = 0;
  for (const { page, index, gva, behind } of reachedLeaves(machine)) {
    const spte = page.table.entry(index);
    const gfn = gfnOf(page, index);
    const slot = machine.slotOf(gfn)!;
    const where = `0x${gva.toString(16)} ${what}`;
    assert.ok(isLast(spte, page.level), where);
    const pfn = (spte & masks.address) >> 12n;
    assert.equal(pfn, BigInt(slot.pfnOf(gfn)), `frame of ${where}`);
    const writable = (spte & 2n) !== 0n;
    assert.ok(!writable || slot.hostWritable(gfn), `host allows writing ${where}`);
    assertUnseenWrites(machine, page.level, gfn, writable, where);
    if (behind) continue;
    const wanted = guestTranslation(machine, gva);
    assert.equal(wanted.status, 'mapped', where);
    assert.equal(wanted.physical! >> 12n, BigInt(gfn), `guest frame of ${where}`);
    const { write, user, execute } = wanted.permissions!;
    const byKernel = !machine.setup.cr0Wp && (spte & 4n) === 0n;
    assert.ok(!writable || write || byKernel, `writing ${where}`);
    assert.ok((spte & 4n) === 0n || user !== false, `user ${where}`);
    assert.ok(spte >> 63n === 1n || execute, `executing ${where}`);
    compared++;
  }
  return compared;
}

/** A writable mapping of a frame that holds a guest's table: only of one that is unsync. */
function assertUnseenWrites(
  machine: ShadowMachine,
  level: number,
  first: number,
  writable: boolean,
  what: string,
): void {
  if (!writable) return;
  const last = first + 512 ** (level - 1);
  for (const page of machine.pages.all()) {
    if (page.direct || page.invalid || page.gfn < first || page.gfn >= last) continue;
    assert.ok(page.unsync, `table in 0x${page.gfn.toString(16)} can be written unseen: ${what}`);
  }
}
