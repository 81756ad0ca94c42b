import { isLast, isShadowPresent } from '../../kvm/spte';
import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { setSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import type { Task, WalkRange } from '../task';
import type { TdpIter } from '../tdp-iter';

/** What is done to every leaf of a range. */
export interface LeafChange {
  readonly why: Reason;
  /** The new value; `null`: this leaf stays. */
  readonly change: (spte: bigint, iter: TdpIter) => bigint | null;
  readonly mayYield: boolean;
  readonly keepsAccessed?: boolean;
}

/**
 * The common loop of aging, write-protection and clearing of dirty bits: every present leaf of the
 * range is looked at, changed where it must be, and looked at again when somebody else was faster.
 * @returns how many were changed
 */
export function* changeLeafs(
  task: Task,
  root: ShadowPage,
  range: WalkRange,
  wanted: LeafChange,
): Steps<number> {
  const { masks, books } = task.machine.kind;
  let changed = 0;
  const iter = yield* task.walk(root, range);
  for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
    for (let settled = false; !settled;) {
      if (wanted.mayYield && (yield* task.yieldFirst(iter, false))) break;
      const spte = iter.oldSpte;
      const isLeaf = isShadowPresent(masks, spte) && isLast(spte, iter.level);
      const value = isLeaf ? wanted.change(spte, iter) : null;
      settled = value === null || (yield* setSpte(task, iter, value, wanted));
      if (value !== null && settled) changed++;
      if (!settled && !books.failureRefreshes) iter.reread();
    }
    if (wanted.mayYield) yield* task.yieldLast(iter, false);
  }
  return changed;
}
