import { isLast, isShadowPresent } from '../../kvm/spte';
import type { MachineKind } from '../machine-setup';
import type { LockMode } from '../mmu-lock';
import type { Steps } from '../micro-step';
import type { ShadowPage } from '../shadow-page';
import type { Task, WalkRange } from '../task';
import type { TdpIter } from '../tdp-iter';
import { rangeOfSlot, slotById } from './log-dirty';
import { defineOperation } from './operation';
import { choiceParameter, countParameter, slotParameter } from './parameter';
import { allocateChild, splitHuge } from './split-huge';

/**
 * `kvm_tdp_mmu_try_split_huge_pages()` of a range: every huge leaf above the target is split, larger
 * ones first. @returns how many were split; `null`: no memory
 */
function* splitRange(
  task: Task,
  root: ShadowPage,
  range: WalkRange,
  targetLevel: number,
): Steps<number | null> {
  const { pages, kind } = task.machine;
  let spare: ShadowPage | undefined;
  let count = 0;
  const iter = yield* task.walk(root, { ...range, minLevel: targetLevel + 1 });
  for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
    for (let settled = false; !settled;) {
      if (yield* task.yieldFirst(iter, false)) break;
      if (!isHugeLeaf(kind, iter, targetLevel)) break;
      if (!spare) {
        spare = yield* spareTable(task, iter);
        if (!spare) return null;
        if (iter.yielded) break;
      }
      pages.place(spare, { level: iter.level - 1, gfn: iter.gfn });
      settled = yield* splitHuge(task, iter, spare, 'split-eager');
      if (settled) {
        spare = undefined;
        count++;
      } else if (!kind.books.failureRefreshes) {
        iter.reread();
      }
    }
  }
  if (spare) pages.discard(spare);
  return count;
}

function isHugeLeaf({ masks }: MachineKind, iter: TdpIter, targetLevel: number): boolean {
  const { oldSpte, level } = iter;
  return level > targetLevel && isShadowPresent(masks, oldSpte) && isLast(oldSpte, level);
}

/**
 * A table for the next split. Newer kernels drop the lock for it, so the walk starts over; until
 * v6.8 the first try was made with the lock held.
 */
function* spareTable(task: Task, iter: TdpIter): Steps<ShadowPage | undefined> {
  if (!task.machine.kind.operations.splitAllocatesUnderLock) {
    yield* task.yieldLock(iter);
    iter.yielded = true;
  }
  return allocateChild(task, iter);
}

/** Splits a slot's huge pages under that lock. */
export function* splitSlot(
  task: Task,
  id: number,
  targetLevel: number,
  lock: Exclude<LockMode, 'none'>,
): Steps<string> {
  const { machine } = task;
  const slot = slotById(machine, id);
  let count = 0;
  yield* task.lock(lock);
  for (const root of machine.rootsOf(slot.setup.asId, 'valid')) {
    const split = yield* splitRange(task, root, rangeOfSlot(slot), targetLevel);
    if (split === null) {
      yield* task.unlock();
      return 'no memory (-12)';
    }
    count += split;
  }
  yield* task.unlock();
  return `${count} huge pages split`;
}

export const split = defineOperation({
  name: 'split',
  title: 'Split Huge Pages',
  summary: 'Splits the huge pages of a slot before dirty logging needs small ones.',
  source: 'kvm_mmu_slot_try_split_huge_pages(), tdp_mmu_split_huge_pages_root()',
  parameters: {
    slot: slotParameter,
    targetLevel: countParameter('level of the pages that remain', 1, 2, 1),
    lock: choiceParameter(
      'shared when logging begins, exclusive when the log is cleared',
      ['shared', 'exclusive'] as const,
      'shared',
    ),
  },
  refusal: ({ operations }) =>
    operations.eagerSplit ? null : 'eager page splitting came with v5.18',
  run: (task, args) => splitSlot(task, args.slot, args.targetLevel, args.lock),
});
