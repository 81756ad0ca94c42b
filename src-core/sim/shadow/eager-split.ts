import { splitSpte } from '../huge-spte';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { isLast } from '../../kvm/spte';
import { entriesPerTable, pagesAtLevel } from '../table-page';
import { addToRmap, dropSpte, writeSpte } from './drop-spte';
import { link } from './fetch';
import { accessOf, gfnOf, type MmuPage, spteIndex } from './mmu-page';
import { entriesOf } from './pte-list';
import { roleMembers, roleOfChild } from './shadow-roles';
import type { ShadowTask } from './shadow-task';
import { highestLeaf } from './write-protect-gfn';

/** `KVM_MIN_FREE_MMU_PAGES`. */
const fewestFree = 5;

type SplitOutcome = 'split' | 'again' | 'no room' | 'skipped';

/** What splitting a slot came to. */
export interface SplitFigures {
  split: number;
  /** Times the lock was dropped to fill caches. */
  dropped: number;
}

/**
 * `kvm_shadow_mmu_try_split_huge_pages()`: from the largest level down, all that the slot's rmaps
 * name; after the lock was dropped or a page was split a list is gone through from its beginning.
 */
export function* splitSlot(task: ShadowTask, slot: Memslot): Steps<SplitFigures> {
  const figures: SplitFigures = { split: 0, dropped: 0 };
  for (let level = highestLeaf; level > 1; level--) {
    const { baseGfn } = slot.setup;
    const pages = pagesAtLevel[level]!;
    for (let gfn = baseGfn - (baseGfn % pages); gfn < slot.endGfn; gfn += pages) {
      yield* splitFrame(task, slot, level, gfn, figures);
    }
  }
  return figures;
}

function* splitFrame(
  task: ShadowTask,
  slot: Memslot,
  level: number,
  gfn: number,
  figures: SplitFigures,
): Steps {
  const { machine } = task;
  const head = machine.rmaps.head(slot, level, gfn);
  for (let at = 0; ;) {
    const address = entriesOf(head)[at];
    if (address === undefined) return;
    const page = machine.pages.holding(address)!;
    const outcome = yield* trySplit(task, slot, page, spteIndex(address));
    if (outcome === 'no room') return;
    if (outcome === 'split') figures.split++;
    if (outcome === 'again') figures.dropped++;
    // Lists change under the walk: it begins anew.
    at = outcome === 'skipped' ? at + 1 : 0;
  }
}

/** `shadow_mmu_try_split_huge_page()`. */
function* trySplit(
  task: ShadowTask,
  slot: Memslot,
  page: MmuPage,
  index: number,
): Steps<SplitOutcome> {
  const { machine } = task;
  if (page.invalid || page.unsync || !machine.kind.guest.nested) return 'skipped';
  const free = machine.setup.mostPages - machine.counters.get('mmu_pages');
  if (free <= fewestFree) return 'no room';
  const { splitCaches: caches } = machine;
  const isShort = Object.values(caches).some((cache) => cache.isShort);
  if (isShort || machine.state.rescheduleDue) {
    yield* task.dropLockAndFill(caches);
    return 'again';
  }
  machine.descs.takeFrom(caches.desc);
  const isSplit = yield* splitPage(task, slot, page, index);
  machine.descs.takeFrom(task.caches.desc);
  return isSplit ? 'split' : 'no room';
}

/** `shadow_mmu_split_huge_page()`. @returns false: there is no memory for the table */
function* splitPage(task: ShadowTask, slot: Memslot, page: MmuPage, index: number): Steps<boolean> {
  const { machine } = task;
  const huge = page.table.entry(index);
  const gfn = gfnOf(page, index);
  const access = accessOf(page, index);
  const { level } = page;
  const role = roleOfChild(machine.kind, page.role, {
    index,
    level,
    gva: gfn * 4096,
    direct: true,
    access,
  });
  const child = findDirect(task, gfn, role) ?? newDirect(task, gfn, role);
  if (!child) return false;
  let flush = false;
  for (let at = 0; at < entriesPerTable; at++) {
    const old = child.table.entry(at);
    if (machine.isPresent(old)) {
      flush = !isLast(old, child.level) || flush;
      continue;
    }
    const small = splitSpte(machine.kind.masks, huge, level, at, false);
    writeSpte(machine, child, at, small, 'split-eager');
    flush = addToRmap(machine, slot, child, at, gfnOf(child, at), access) || flush;
  }
  dropSpte(machine, page, index, 'split-eager');
  yield* link(task, page, index, child);
  machine.note('split', { table: page.table.pa, index, level, gfn, old: huge });
  yield task.step('write');
  if (flush) yield* task.flush();
  return true;
}

function findDirect({ machine }: ShadowTask, gfn: number, role: bigint): MmuPage | undefined {
  return machine.pages.ofGfn(gfn).find((page) => !page.invalid && page.role === role);
}

function newDirect({ machine }: ShadowTask, gfn: number, role: bigint): MmuPage | undefined {
  machine.splitCaches.header.take();
  machine.splitCaches.page.take();
  return machine.pages.allocate({ gfn, ...roleMembers(machine.kind, role) });
}
