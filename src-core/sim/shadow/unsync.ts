import type { MmuPage } from './mmu-page';
import { spteIndex } from './mmu-page';
import { pageFacts } from './mmu-pages';
import { entriesOf } from './pte-list';
import type { ShadowMachine } from './shadow-machine';

/** `kvm_unsync_page()`: the guest may write to its table, the shadow may fall behind. */
export function unsyncPage(machine: ShadowMachine, page: MmuPage): void {
  machine.note('unsync', pageFacts(page));
  machine.counters.add('mmu_unsync', 1);
  machine.journal.assign(page, 'unsync', true);
  markParentsUnsync(machine, page);
}

/** `kvm_mmu_mark_parents_unsync()`. */
export function markParentsUnsync(machine: ShadowMachine, page: MmuPage): void {
  for (const address of entriesOf(page.parents)) markChild(machine, address);
}

/** `mark_unsync()`: the entry leads to something that is unsync. */
function markChild(machine: ShadowMachine, address: number): void {
  const parent = machine.pages.holding(address)!;
  if (!setChildBit(machine, parent, spteIndex(address), true)) return;
  machine.journal.assign(parent, 'unsyncChildren', parent.unsyncChildren + 1);
  if (parent.unsyncChildren === 1) markParentsUnsync(machine, parent);
}

/** @returns whether the bit changed */
function setChildBit(
  { journal }: ShadowMachine,
  { unsyncBitmap }: MmuPage,
  index: number,
  set: boolean,
): boolean {
  const word = unsyncBitmap[index >>> 5]!;
  const bit = 1 << (index & 31);
  const next = (set ? word | bit : word & ~bit) >>> 0;
  journal.set(unsyncBitmap, index >>> 5, next);
  return next !== word;
}

export function isMarked({ unsyncBitmap }: MmuPage, index: number): boolean {
  return ((unsyncBitmap[index >>> 5]! >>> (index & 31)) & 1) === 1;
}

/** `clear_unsync_child_bit()`. */
function clearChild(machine: ShadowMachine, page: MmuPage, index: number): void {
  if (setChildBit(machine, page, index, false)) {
    machine.journal.assign(page, 'unsyncChildren', page.unsyncChildren - 1);
  }
}

/** `kvm_unlink_unsync_page()`: it is up to date, or goes. */
export function unlinkUnsync(machine: ShadowMachine, page: MmuPage): void {
  machine.note('sync', pageFacts(page));
  machine.counters.add('mmu_unsync', -1);
  machine.journal.assign(page, 'unsync', false);
}

/** `KVM_PAGE_ARRAY_NR`: so many pages are synced before somebody else may run. */
const mostAtOnce = 16;

/**
 * `mmu_unsync_walk()`: up to 16 pages below that are unsync, each once. Marks that lead to none any
 * more, and those that lead to these pages, are taken away: the caller syncs them.
 */
export function takeUnsyncBelow(machine: ShadowMachine, page: MmuPage): MmuPage[] {
  const found = new Set<MmuPage>();
  collect(machine, page, found);
  return [...found];
}

/** @returns whether all that was marked was taken */
function collect(machine: ShadowMachine, page: MmuPage, found: Set<MmuPage>): boolean {
  for (let index = 0; index < 512 && page.unsyncChildren > 0; index++) {
    if (!isMarked(page, index)) continue;
    if (found.size >= mostAtOnce) return false;
    const child = machine.childOf(page.table.entry(index), page.level);
    if (child?.unsync) found.add(child);
    else if (child && !collect(machine, child, found)) return false;
    clearChild(machine, page, index);
  }
  return true;
}
