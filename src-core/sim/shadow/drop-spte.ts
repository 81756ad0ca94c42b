import { frameNumber, isLast } from '../../kvm/spte';
import { highHalf, lowHalf } from '../../word';
import type { Memslot } from '../memslot';
import type { Reason } from '../reasons';
import { gfnOf, type MmuPage, shadowedTranslation, spteAddress, spteIndex } from './mmu-page';
import { entriesOf, type PteListHead } from './pte-list';
import type { ShadowMachine } from './shadow-machine';
import { leafCounters } from './shadow-counters';

/** More entries than this for one frame, and all of them go. `RMAP_RECYCLE_THRESHOLD`, mmu.c. */
export const recycleThreshold = 1000;

/** Writes an entry and tells of it. */
export function writeSpte(
  machine: ShadowMachine,
  page: MmuPage,
  index: number,
  value: bigint,
  why: Reason,
): void {
  const old = page.table.entry(index);
  if (old === value) return;
  machine.store(page.table, index, value);
  const { level, table } = page;
  const leaf = machine.isPresent(value) ? isLast(value, level) : isLast(old, level);
  // What an entry that leads to a table stands for is not kept.
  const where = leaf ? { gfn: gfnOf(page, index) } : {};
  machine.note('write', { table: table.pa, index, level, ...where, old, new: value, why });
}

/** Counts a leaf that came or went. */
function countLeaf(machine: ShadowMachine, level: number, by: 1 | -1): void {
  const counter = leafCounters[level];
  if (counter) machine.counters.add(counter, by);
}

/** `rmap_add()`. @returns whether the list had become so long that everything in it went */
export function addToRmap(
  machine: ShadowMachine,
  slot: Memslot,
  page: MmuPage,
  index: number,
  gfn: number,
  access: number,
): boolean {
  setTranslation(machine, page, index, gfn, access);
  countLeaf(machine, page.level, 1);
  const head = machine.rmaps.head(slot, page.level, gfn);
  const before = machine.lists.add(head, spteAddress(page, index));
  const { level, table } = page;
  machine.note('rmap-added', { table: table.pa, index, level, gfn, text: `${before} were there` });
  if (before <= recycleThreshold) return false;
  machine.counters.add('mmu_recycled', 1);
  zapRmap(machine, head);
  return true;
}

/** `kvm_mmu_page_set_translation()`; direct pages keep none. */
export function setTranslation(
  machine: ShadowMachine,
  { shadowed }: MmuPage,
  index: number,
  gfn: number,
  access: number,
): void {
  if (!shadowed) return;
  const word = shadowedTranslation(gfn, access);
  machine.journal.set(shadowed, 2 * index, lowHalf(word));
  machine.journal.set(shadowed, 2 * index + 1, highHalf(word));
}

/** `rmap_remove()`. */
function removeFromRmap(machine: ShadowMachine, page: MmuPage, index: number): void {
  const gfn = gfnOf(page, index);
  const slot = machine.slotOf(gfn);
  const head = slot && machine.rmaps.head(slot, page.level, gfn);
  const { level, table } = page;
  if (!head || !machine.lists.remove(head, spteAddress(page, index))) {
    machine.stop('bug', 'pte_list_remove: the entry is not in its rmap');
    return;
  }
  countLeaf(machine, level, -1);
  machine.note('rmap-removed', { table: table.pa, index, level, gfn });
}

/** `drop_spte()`: an entry that maps a page, or an MMIO entry, becomes empty. */
export function dropSpte(machine: ShadowMachine, page: MmuPage, index: number, why: Reason): void {
  const old = page.table.entry(index);
  writeSpte(machine, page, index, machine.kind.initialValue, why);
  if (machine.isPresent(old) && isLast(old, page.level)) removeFromRmap(machine, page, index);
}

/**
 * All entries of a list go: `kvm_zap_all_rmap_sptes()`.
 * @param which only those that stand in such pages
 * @returns how many went
 */
export function zapRmap(
  machine: ShadowMachine,
  head: PteListHead,
  which: (page: MmuPage) => boolean = () => true,
): number {
  let gone = 0;
  for (const address of entriesOf(head)) {
    const page = machine.pages.holding(address)!;
    if (!which(page)) continue;
    dropSpte(machine, page, spteIndex(address), 'rmap-zap');
    gone++;
  }
  return gone;
}

/** `mmu_page_add_parent_pte()`. */
export function addParent(machine: ShadowMachine, child: MmuPage, address: number): void {
  machine.lists.add(child.parents, address);
}

/** `drop_parent_pte()`: the entry no longer leads to the child. */
export function dropParent(
  machine: ShadowMachine,
  child: MmuPage,
  page: MmuPage,
  index: number,
  why: Reason,
): void {
  if (!machine.lists.remove(child.parents, spteAddress(page, index))) {
    machine.stop('bug', 'pte_list_remove: the entry is not among the parents');
  }
  writeSpte(machine, page, index, machine.kind.initialValue, why);
}

/** `mmu_page_zap_pte()`. @returns whether it was present, so that a TLB flush is due */
export function zapEntry(
  machine: ShadowMachine,
  page: MmuPage,
  index: number,
  why: Reason,
): boolean {
  const old = page.table.entry(index);
  const present = machine.isPresent(old);
  const child = machine.childOf(old, page.level);
  if (child) dropParent(machine, child, page, index, why);
  else dropSpte(machine, page, index, why);
  return present;
}

/** `spte_to_pfn()`. */
export function pfnOfEntry(machine: ShadowMachine, spte: bigint): number {
  return Number(frameNumber(machine.kind.masks, spte));
}
