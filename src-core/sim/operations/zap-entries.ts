import { isLast, isShadowPresent } from '../../kvm/spte';
import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { zapSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import { pagesAtLevel } from '../table-page';
import type { Task, WalkRange } from '../task';
import type { TdpIter } from '../tdp-iter';

/** Which present entries of the range go. */
export interface ZapWanted {
  readonly why: Reason;
  readonly mayYield: boolean;
  readonly takes: (iter: TdpIter) => boolean;
}

/**
 * The common loop of zapping.
 * @param flushPending from roots zapped before
 * @returns whether a TLB flush is still to be done
 */
export function* zapEntries(
  task: Task,
  root: ShadowPage,
  range: WalkRange,
  wanted: ZapWanted,
  flushPending = false,
): Steps<boolean> {
  const { masks, books } = task.machine.kind;
  let flush = flushPending;
  const iter = yield* task.walk(root, range);
  for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
    for (let settled = false; !settled;) {
      if (wanted.mayYield && (yield* task.yieldFirst(iter, flush))) {
        flush = false;
        break;
      }
      if (!isShadowPresent(masks, iter.oldSpte) || !wanted.takes(iter)) break;
      settled = yield* zapSpte(task, iter, wanted.why);
      // Under the shared lock each zap flushed for itself, where it parked the entry.
      if (settled && !(task.shared && books.sharedZap !== 'at-once')) flush = true;
      if (!settled && !books.failureRefreshes) iter.reread();
    }
    if (wanted.mayYield && (yield* task.yieldLast(iter, flush))) flush = false;
  }
  return flush;
}

/** Leaves only: `tdp_mmu_zap_leafs()`, v5.18 and later. */
export const takesLeafs: ZapWanted['takes'] = (iter) => isLast(iter.oldSpte, iter.level);

/** Leaves, and tables that lie in the range whole: `zap_gfn_range()`, v5.10 – v5.17. */
export function takesWholeTables({ start, end }: WalkRange): ZapWanted['takes'] {
  return (iter) =>
    isLast(iter.oldSpte, iter.level) ||
    (iter.gfn >= start && iter.gfn + pagesAtLevel[iter.level]! <= end);
}
