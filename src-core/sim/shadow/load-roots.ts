import { bitMask, highHalf, lowHalf } from '../../word';
import { hardwareKind } from '../../paging/level-rule';
import { entryTarget } from '../../walk/translate';
import type { Steps } from '../micro-step';
import { getShadowPage } from './get-page';
import type { MmuPage } from './mmu-page';
import { pageFacts } from './mmu-pages';
import type { ShadowMachine } from './shadow-machine';
import { rootRole } from './shadow-roles';
import type { ShadowTask } from './shadow-task';
import { syncChildren } from './sync-page';
import { commitZap, makeRoom, prepareZap } from './zap-page';

const present = 1n;
/** Bits of CR3 that name a PAE guest's four entries: 32 bytes each. */
const pdptrBytes = 8;

/** `load_pdptrs()`: @returns a problem: the guest gets #GP */
export function readPdptrs(
  machine: ShadowMachine,
  cr3: number,
): readonly bigint[] | { problem: string } {
  const { rules, shape } = machine.kind.guestFormat;
  if (shape.levels !== 3) return [];
  const base = cr3 - (cr3 % 32);
  const pointers = [0, 1, 2, 3].map((index) => machine.guest.read(base + index * pdptrBytes, 8));
  const bad = pointers.findIndex(
    (pointer) => hardwareKind(rules[2]!, lowHalf(pointer), highHalf(pointer)) === 'malformed',
  );
  return bad < 0 ? pointers : { problem: `PDPTE ${bad} has reserved bits: #GP` };
}

/** Frames of the guest's tables that the roots shadow; `null`: it has none there. */
function rootFrames(machine: ShadowMachine): (number | null)[] {
  const { guest, guestFormat } = machine.kind;
  const { cr3, pdptrs } = machine.state;
  const own = Math.floor(cr3 / 4096);
  if (guest.shadowRootLevel !== 3) return [own];
  if (guest.fourByteEntries) return [own, own, own, own];
  const rule = guestFormat.rules[2]!;
  return pdptrs.map((pointer) =>
    (pointer & present) === 0n
      ? null
      : Number(entryTarget(rule, lowHalf(pointer), highHalf(pointer), false)) / 4096,
  );
}

/**
 * `kvm_mmu_load()`: roots for the guest's CR3, found again or made; under a PAE root four, one for
 * each quarter of the address space.
 * @returns a problem that ends the guest, or `null`
 */
export function* loadRoots(task: ShadowTask): Steps<string | null> {
  yield* task.topUpCaches();
  yield* task.lockAlone();
  yield* freeRoots(task);
  const problem = (yield* makeRoom(task)) ? yield* allocateRoots(task) : 'no memory';
  if (problem === null) yield* syncRoots(task);
  yield* task.unlock();
  return problem;
}

function* allocateRoots(task: ShadowTask): Steps<string | null> {
  const { machine } = task;
  const frames = rootFrames(machine);
  if (frames.some((gfn) => gfn !== null && !machine.slotOf(gfn))) {
    return 'the guest’s root is no memory: triple fault';
  }
  const roots: (MmuPage | null)[] = [];
  for (const [number, gfn] of frames.entries()) {
    if (gfn === null) {
      roots.push(null);
      continue;
    }
    const page = yield* getShadowPage(task, gfn, rootRole(machine.kind, machine.vcpuRole, number));
    if (!page) {
      // What was taken so far is given back.
      machine.journal.assign(machine.state, 'roots', roots);
      yield* freeRoots(task);
      return 'no memory';
    }
    machine.journal.assign(page, 'rootCount', page.rootCount + 1);
    machine.note('root-loaded', { ...pageFacts(page), text: `quadrant ${page.quadrant}` });
    roots.push(page);
  }
  machine.journal.assign(machine.state, 'roots', roots);
  writePaeRoot(machine, roots);
  yield task.step('write');
  return null;
}

/** `pae_root[0..3]`: address and present, nothing else; the rest is reserved. */
function writePaeRoot(machine: ShadowMachine, roots: readonly (MmuPage | null)[]): void {
  if (machine.kind.guest.shadowRootLevel !== 3) return;
  if (machine.paeRoot === null) {
    const table = machine.pages.freshTable();
    if (!table) return;
    table.words.fill(0);
    machine.journal.assign(machine, 'paeRoot', table);
  }
  for (const [index, root] of roots.entries()) {
    const value = root ? BigInt(root.table.pa) | present | machine.kind.masks.meValue : 0n;
    machine.store(machine.paeRoot!, index, value & bitMask(63, 0));
  }
}

/** `kvm_mmu_free_roots()`: roots that were thrown away meanwhile are freed with their last user. */
export function* freeRoots(task: ShadowTask): Steps {
  const { machine } = task;
  const { state, journal } = machine;
  const gathered: MmuPage[] = [];
  for (const root of state.roots) if (root) release(machine, root, gathered);
  for (const { root } of state.previousRoots) if (root.invalid) release(machine, root, gathered);
  journal.assign(state, 'roots', []);
  const kept = state.previousRoots.filter(({ root }) => !root.invalid);
  journal.assign(state, 'previousRoots', kept);
  journal.assign(state, 'reloadDue', false);
  yield* commitZap(task, gathered);
}

/** Somebody uses a root no longer. */
function release(machine: ShadowMachine, root: MmuPage, gathered: MmuPage[]): void {
  machine.journal.assign(root, 'rootCount', root.rootCount - 1);
  if (root.rootCount === 0 && root.invalid) prepareZap(machine, root, gathered);
}

/** `KVM_MMU_NUM_PREV_ROOTS`. */
const mostPrevious = 3;

/**
 * `fast_pgd_switch()`: a 64-bit guest's root is remembered when other tables are loaded, and used
 * again when they come back; PAE roots are not.
 * @param before the CR3 that the roots in use are of; the new one is loaded
 * @returns whether the new CR3 has a root already
 */
export function* switchRoot(task: ShadowTask, before: number): Steps<boolean> {
  const { machine } = task;
  const { state, journal } = machine;
  const [current] = state.roots;
  if (machine.kind.guest.shadowRootLevel !== 4 || !current || state.reloadDue) return false;
  const known = state.previousRoots.find(({ cr3, root }) => cr3 === state.cr3 && !root.invalid);
  const others = [
    { cr3: before, root: current },
    ...state.previousRoots.filter((each) => each !== known),
  ];
  journal.assign(state, 'roots', known ? [known.root] : []);
  journal.assign(state, 'previousRoots', others.slice(0, mostPrevious));
  yield* task.lockAlone();
  const gathered: MmuPage[] = [];
  for (const { root } of others.slice(mostPrevious)) release(machine, root, gathered);
  yield* commitZap(task, gathered);
  if (known) yield* syncRoots(task);
  yield* task.unlock();
  return known !== undefined;
}

/** `kvm_mmu_sync_roots()`: everything below the roots is brought up to date. */
export function* syncRoots(task: ShadowTask): Steps {
  for (const root of task.machine.state.roots) {
    if (root) yield* syncChildren(task, root, true);
  }
}
