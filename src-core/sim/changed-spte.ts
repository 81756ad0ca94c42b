import { frameNumber, isShadowPresent } from '../kvm/spte';
import {
  changedEntry,
  checkLeaf,
  countMapping,
  countRawLarge,
  handOver,
  logWritable,
  warnAboutNonPresent,
} from './change-accounts';
import { leafReplacedText } from './change-messages';
import { removeExternal } from './external-spte';
import type { Machine } from './machine';
import type { Steps } from './micro-step';
import type { ShadowPage } from './shadow-page';
import { type ChangeFacts, changeFacts, type SpteChange } from './spte-change';
import { entriesPerTable, pagesAtLevel } from './table-page';
import type { Task } from './task';

/**
 * What cannot be, in the order the kernel asks; it WARNs, or stops by a BUG.
 * Source: `__handle_changed_spte()`, tdp_mmu.c.
 */
const impossible: readonly {
  readonly when: (change: SpteChange) => boolean;
  readonly condition: string;
}[] = [
  { when: ({ level }) => level > 5, condition: 'level > PT64_ROOT_MAX_LEVEL' },
  { when: ({ level }) => level < 1, condition: 'level < PG_LEVEL_4K' },
  {
    when: ({ gfn, level }) => level >= 1 && gfn % (pagesAtLevel[level] ?? 1) !== 0,
    condition: 'gfn & (KVM_PAGES_PER_HPAGE(level) - 1)',
  },
];

/**
 * The books of a changed entry: `handle_changed_spte()` and what belongs to it, in the order and with
 * the conditions of the machine's kernel.
 */
export function* handleChangedSpte(task: Task, change: SpteChange): Steps {
  const { machine } = task;
  const { masks, books } = machine.kind;
  const facts = changeFacts(masks, change);
  const where = changedEntry(change);

  for (const { when, condition } of impossible) {
    if (!when(change)) continue;
    if (books.impossible === 'bug') yield* task.bug(`BUG_ON(${condition})`);
    machine.warn(`WARN_ON(${condition})`, where);
  }
  if (!books.leafMayMove && facts.wasLeaf && facts.isLeaf && facts.pfnChanged) {
    yield* task.bug(leafReplacedText(change));
  }
  if (books.skipsEqual && change.old === change.new) return;
  if (books.traces) machine.note('changed', where);
  if (books.countsRawLarge) countRawLarge(machine, change);
  if (facts.isLeaf) checkLeaf(machine, change);
  if (!facts.wasPresent && !facts.isPresent) {
    warnAboutNonPresent(machine, change);
    return;
  }
  if (facts.isLeaf !== facts.wasLeaf) countMapping(machine, change, facts.isLeaf ? 1 : -1);
  handOver(machine, change, facts);
  if (losesTable(machine, facts)) {
    const unexpected = books.leafLosesTable && facts.isPresent && !facts.isLeaf;
    if (unexpected) machine.warn('WARN_ON_ONCE(pfn_changed)', where);
    const child = Number(frameNumber(masks, change.old)) * 4096;
    yield* removeTable(task, child, change.shared);
  }
  if (books.logsWritable) logWritable(machine, change, facts);
}

function losesTable({ kind }: Machine, facts: ChangeFacts): boolean {
  if (!facts.wasPresent || facts.wasLeaf) return false;
  if (!facts.isPresent || facts.pfnChanged) return true;
  return facts.isLeaf && kind.books.leafLosesTable;
}

/**
 * Removes a table that was unlinked, and everything below it: `handle_removed_pt()`. Entry by entry,
 * depth first: what stood there goes on the books before the next entry is touched.
 * Source: arch/x86/kvm/mmu/tdp_mmu.c.
 */
function* removeTable(task: Task, pa: number, shared: boolean): Steps {
  const { machine } = task;
  const { books } = machine.kind;
  const page = machine.pages.get(pa);
  if (!page) {
    yield* task.stopAtUnknown(pa);
    return;
  }
  if (machine.pages.isQueued(page) || page.root) {
    yield* task.bug(`the table at 0x${pa.toString(16)} is still in use, or freed twice`);
  }
  machine.pages.unlink(page);
  for (let index = 0; index < entriesPerTable; index++) {
    yield* removeEntry(task, page, index, shared);
  }
  if (page.mirror) {
    const { level, gfn, asId } = page;
    machine.note('external-freed', { table: pa, level, gfn, asId, text: 'free_external_spt' });
  }
  if (books.removedFlush !== 'none') yield* task.flush(removedRange(page, books.removedFlush));
  if (books.freesByRcu) machine.pages.freeLater(page);
  else machine.pages.free(page);
}

/** Up to v5.17 the flush covers the parent entry's range; until v5.15 from the last child's GFN on. */
function removedRange(page: ShadowPage, from: 'from-base' | 'from-last-child') {
  const lastChild = page.gfn + (entriesPerTable - 1) * pagesAtLevel[page.level]!;
  return {
    gfn: from === 'from-base' ? page.gfn : lastChild,
    pages: pagesAtLevel[page.level + 1]!,
  };
}

function* removeEntry(task: Task, page: ShadowPage, index: number, shared: boolean): Steps {
  const { machine } = task;
  const { masks, books, initialValue, parkedValue } = machine.kind;
  const old = page.table.entry(index);
  const cleared = books.removedEntries === 'cleared' || parkedValue === null;
  const parked = books.removedEntries === 'parked';
  // Under the exclusive lock only present entries are touched: MMIO entries stay.
  if (parked && !shared && !isShadowPresent(masks, old)) return;
  const value = cleared ? 0n : parkedValue;
  const gfn = page.gfn + index * pagesAtLevel[page.level]!;
  const place = { table: page.table.pa, index, level: page.level, gfn, asId: page.asId };
  if (parked && shared && old === parkedValue) {
    machine.warn('KVM spins here until another CPU is done with the parked entry', place);
  }
  machine.store(page.table, index, value);
  if (old !== initialValue) {
    machine.note('write', { ...place, old, new: value, why: 'removed-child' });
    yield task.step('remove-entry');
  }
  if (books.removedEntries === 'marked-once' && old === parkedValue) {
    yield* task.bug('BUG_ON(old_pte == DISCONNECTED_PTE): the entry was already disconnected');
  }
  yield* handleChangedSpte(task, {
    asId: page.asId,
    gfn,
    level: page.level,
    old,
    new: value,
    shared,
  });
  if (!page.mirror) return;
  if (shared) yield* task.bug('KVM_BUG_ON(shared)');
  removeExternal(machine, old, place);
}
