import assert from 'node:assert/strict';

import {
  accessOf,
  gfnOf,
  type MmuPage,
  spteAddress,
} from '../../../../src-core/sim/shadow/mmu-page';
import { descsOf, entriesOf, headWord } from '../../../../src-core/sim/shadow/pte-list';
import type { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';

/** Everything KVM keeps beside the tables, counted again from the tables alone. */
export function assertBooks(machine: ShadowMachine, what: string): void {
  const rmaps = new Map<string, Set<number>>();
  const parents = new Map<MmuPage, Set<number>>();
  const leaves = [0, 0, 0, 0];
  let unsync = 0;
  const pages = [...machine.pages.all()];
  for (const page of pages) {
    if (page.unsync) unsync++;
    for (const index of presentEntries(machine, page)) {
      const child = machine.childOf(page.table.entry(index), page.level);
      if (child) {
        addTo(parents, child, spteAddress(page, index));
        continue;
      }
      const gfn = gfnOf(page, index);
      const slot = machine.slotOf(gfn);
      assert.ok(slot, `leaf without a slot: ${what}`);
      addTo(rmaps, `${slot.setup.id}/${page.level}/${gfn}`, spteAddress(page, index));
      leaves[page.level]!++;
      assert.ok(accessOf(page, index) <= 7);
    }
  }
  assertRmaps(machine, rmaps, what);
  for (const page of pages) {
    assertSame(entriesOf(page.parents), parents.get(page), `parents: ${what}`);
  }
  const { counters } = machine;
  assert.deepEqual(
    [counters.get('pages_4k'), counters.get('pages_2m'), counters.get('pages_1g')],
    leaves.slice(1),
    what,
  );
  assert.equal(counters.get('mmu_unsync'), unsync, what);
  assertPages(machine, pages, what);
}

function assertRmaps(
  machine: ShadowMachine,
  expected: ReadonlyMap<string, ReadonlySet<number>>,
  what: string,
): void {
  let descs = [...machine.pages.all()].reduce(
    (sum, { parents }) => sum + descsOf(parents).length,
    0,
  );
  let heads = 0;
  const { lists } = machine.kind;
  for (const { slotId, level, gfn, head } of machine.rmaps.used()) {
    assertSame(entriesOf(head), expected.get(`${slotId}/${level}/${gfn}`), `rmap: ${what}`);
    heads++;
    const chain = descsOf(head);
    descs += chain.length;
    assert.equal((headWord(head) & 1n) === 1n, chain.length > 0);
    for (const [at, desc] of chain.entries()) {
      assert.ok(desc.sptes.length > 0 && desc.sptes.length <= lists.capacity, what);
      if (lists.grows === 'tail') continue;
      // Only the head may have room; each descriptor knows what is behind it.
      if (at > 0) assert.equal(desc.sptes.length, lists.capacity, what);
      const behind = chain.slice(at + 1).reduce((sum, { sptes }) => sum + sptes.length, 0);
      assert.equal(desc.tailCount, behind, what);
    }
  }
  assert.equal(heads, expected.size, `heads: ${what}`);
  assert.equal(machine.counters.get('rmap_descs'), descs, `descriptors: ${what}`);
}

/** No page leaks, frames of tables are marked as such, and who is unsync is found from above. */
function assertPages(machine: ShadowMachine, pages: readonly MmuPage[], what: string): void {
  const tracked = new Map<number, number>();
  const small = new Map<number, number>();
  const { roots: now, previousRoots } = machine.state;
  const roots = [...now, ...previousRoots.map(({ root }) => root)].filter((root) => root !== null);
  for (const page of pages) {
    const uses = roots.filter((root) => root === page).length;
    assert.equal(page.rootCount, uses, `roots: ${what}`);
    assert.ok(!page.invalid || page.rootCount > 0, `an invalid page is still there: ${what}`);
    assert.ok(!page.unsync || (page.level === 1 && !page.direct), what);
    const bits = [...page.unsyncBitmap].reduce((sum, word) => sum + popCount(word), 0);
    assert.equal(page.unsyncChildren, bits, `marks: ${what}`);
    for (const address of entriesOf(page.parents)) {
      if (!page.unsync && page.unsyncChildren === 0) break;
      const parent = machine.pages.holding(address)!;
      const index = (address % 4096) / 8;
      assert.ok((parent.unsyncBitmap[index >>> 5]! >>> (index & 31)) & 1, `unmarked: ${what}`);
    }
    if (page.invalid || page.direct) continue;
    const map = page.level > 1 ? tracked : small;
    map.set(page.gfn, (map.get(page.gfn) ?? 0) + 1);
  }
  const sorted = (map: ReadonlyMap<number, number>) => [...map].sort(([a], [b]) => a - b);
  assert.deepEqual(sorted(machine.writeTracked), sorted(tracked), what);
  assert.deepEqual(sorted(machine.smallOnly), sorted(small), what);
  assert.equal(machine.counters.get('mmu_pages'), pages.length, what);
}

export function presentEntries(machine: ShadowMachine, { table }: MmuPage): number[] {
  const found: number[] = [];
  for (let index = 0; index < 512; index++) {
    if (table.lo(index) !== 0 && machine.isPresent(table.entry(index))) found.push(index);
  }
  return found;
}

function assertSame(
  listed: readonly number[],
  counted: ReadonlySet<number> | undefined,
  what: string,
): void {
  assert.equal(listed.length, counted?.size ?? 0, what);
  for (const address of listed) assert.ok(counted!.has(address), what);
}

function addTo<Key>(map: Map<Key, Set<number>>, key: Key, address: number): void {
  const known = map.get(key);
  if (known) known.add(address);
  else map.set(key, new Set([address]));
}

function popCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
