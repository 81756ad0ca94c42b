import { isLast, isShadowPresent } from '../../kvm/spte';
import { hugeSpte } from '../huge-spte';
import type { Machine } from '../machine';
import { maxHugeLevel, type Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { setSpte, zapSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import type { OperationForm } from '../operation-form';
import { pagesAtLevel } from '../table-page';
import type { Task } from '../task';
import type { TdpIter } from '../tdp-iter';
import { rangeOfSlot, slotById } from './log-dirty';
import { defineOperation } from './operation';
import { slotParameter } from './parameter';

/** What became of the current entry; `again`: somebody else was faster. */
type Visited = 'kept' | 'changed' | 'again';

interface CollapseForm {
  readonly minLevel: number;
  readonly visit: (task: Task, root: ShadowPage, slot: Memslot, iter: TdpIter) => Steps<Visited>;
  readonly source: string;
}

function isPresentLeaf({ kind }: Machine, iter: TdpIter): boolean {
  return isShadowPresent(kind.masks, iter.oldSpte) && isLast(iter.oldSpte, iter.level);
}

/** A table in whose place one entry could map the same. */
function mayBeHuge(machine: Machine, slot: Memslot, iter: TdpIter): boolean {
  if (iter.level > maxHugeLevel || !isShadowPresent(machine.kind.masks, iter.oldSpte)) return false;
  if (isLast(iter.oldSpte, iter.level) || !slot.holds(iter.gfn)) return false;
  return slot.maxMappingLevel(iter.gfn) >= iter.level;
}

const forms: Readonly<Record<OperationForm['collapse'], CollapseForm>> = {
  'zap-leafs': {
    minLevel: 1,
    source: 'zap_collapsible_spte_range(), v5.10 – v5.17',
    *visit(task, _root, slot, iter) {
      if (!isPresentLeaf(task.machine, iter) || !slot.holds(iter.gfn)) return 'kept';
      if (iter.level >= slot.maxMappingLevel(iter.gfn)) return 'kept';
      return (yield* zapSpte(task, iter, 'collapse')) ? 'changed' : 'again';
    },
  },
  'step-up': {
    minLevel: 1,
    source: 'zap_collapsible_spte_range(), tdp_iter_step_up(), v5.18 – v6.0',
    *visit(task, _root, slot, iter) {
      if (!isPresentLeaf(task.machine, iter) || !slot.holds(iter.gfn)) return 'kept';
      const highest = slot.maxMappingLevel(iter.gfn);
      if (iter.level >= highest) return 'kept';
      while (iter.level < highest && iter.tryStepUp()) yield task.step('up', iter);
      // Where it fails, the next step down reads the entry again and comes back here.
      return (yield* zapSpte(task, iter, 'collapse')) ? 'changed' : 'kept';
    },
  },
  'zap-parents': {
    minLevel: 2,
    source: 'zap_collapsible_spte_range(), v6.1 – v6.12',
    *visit(task, _root, slot, iter) {
      if (!mayBeHuge(task.machine, slot, iter)) return 'kept';
      return (yield* zapSpte(task, iter, 'collapse')) ? 'changed' : 'again';
    },
  },
  'make-huge': {
    minLevel: 2,
    source: 'recover_huge_pages_range(), tdp_mmu_make_huge_spte(), v6.13 and later',
    *visit(task, root, slot, iter) {
      if (!mayBeHuge(task.machine, slot, iter)) return 'kept';
      const huge = yield* hugeFromChildren(task, root, iter);
      if (huge === null) return 'kept';
      return (yield* setSpte(task, iter, huge, { why: 'collapse-map' })) ? 'changed' : 'again';
    },
  },
};

/** The huge entry that any leaf below the iterator's table implies; `null`: there is none. */
function* hugeFromChildren(task: Task, root: ShadowPage, parent: TdpIter): Steps<bigint | null> {
  const { machine } = task;
  const range = { start: parent.gfn, end: parent.gfn + pagesAtLevel[parent.level]! };
  const iter = yield* task.walk(root, range);
  for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
    if (!isPresentLeaf(machine, iter)) continue;
    return hugeSpte(machine.kind.masks, iter.oldSpte, parent.level, machine.setup.nxHugePages);
  }
  return null;
}

/** Small mappings of a slot become huge again where the host's pages are. */
export function* collapseSlot(task: Task, slot: Memslot): Steps<string> {
  const { machine } = task;
  const { operations, books } = machine.kind;
  yield* task.lock(operations.locks.dirtyLog);
  let changed = 0;
  for (const root of machine.rootsOf(slot.setup.asId, 'valid')) {
    changed += yield* collapseRoot(task, root, slot, forms[operations.collapse]);
  }
  // Zaps under the shared lock that park the entry flush for themselves.
  const flushed = task.shared && books.sharedZap !== 'at-once';
  if (changed > 0 && !flushed) yield* task.flush();
  yield* task.unlock();
  return `${changed} entries collapsed`;
}

function* collapseRoot(
  task: Task,
  root: ShadowPage,
  slot: Memslot,
  form: CollapseForm,
): Steps<number> {
  const { books } = task.machine.kind;
  const range = { ...rangeOfSlot(slot), minLevel: form.minLevel };
  let changed = 0;
  const iter = yield* task.walk(root, range);
  for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
    for (let settled = false; !settled;) {
      if (yield* task.yieldFirst(iter, false)) break;
      const outcome = yield* form.visit(task, root, slot, iter);
      settled = outcome !== 'again';
      if (outcome === 'changed') changed++;
      if (!settled && !books.failureRefreshes) iter.reread();
    }
    yield* task.yieldLast(iter, false);
  }
  return changed;
}

export const collapse = defineOperation({
  name: 'collapse',
  title: 'Collapse to Huge Pages',
  summary: 'Small mappings go where one huge page could map the same, as when dirty logging ends.',
  source: 'kvm_tdp_mmu_zap_collapsible_sptes(), kvm_tdp_mmu_recover_huge_pages()',
  parameters: { slot: slotParameter },
  *run(task, { slot: id }, machine) {
    const slot = slotById(machine, id);
    // KVM only collapses when logging ends: a huge page would hide which of its parts are written.
    if (slot.dirtyLog) return 'writes are logged: nothing is collapsed';
    return yield* collapseSlot(task, slot);
  },
});
