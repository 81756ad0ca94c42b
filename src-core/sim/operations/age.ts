import { markForAccessTracking } from '../../kvm/access-tracking';
import { isAccessed, isLast, isShadowPresent } from '../../kvm/spte';
import type { Steps } from '../micro-step';
import type { Task, WalkRange } from '../task';
import { changeLeafs } from './change-leafs';
import { defineOperation, rangeConflict } from './operation';
import { endParameter, flagParameter, startParameter } from './parameter';

/** Does something under the lock that aging takes in this kernel; newer ones take none. */
function* underAgeLock<Result>(task: Task, part: () => Steps<Result>): Steps<Result> {
  yield* task.lock(task.machine.kind.operations.locks.age);
  const result = yield* part();
  yield* task.unlock();
  return result;
}

function* ageRange(task: Task, range: WalkRange, flushes: boolean): Steps<string> {
  const { machine } = task;
  const { masks } = machine.kind;
  const changed = yield* underAgeLock(task, function* () {
    let count = 0;
    for (const root of machine.rootsOf(null, 'direct-or-invalid')) {
      count += yield* changeLeafs(task, root, range, {
        why: 'age',
        mayYield: false,
        keepsAccessed: true,
        change: (spte) =>
          isAccessed(masks, spte) ? markForAccessTracking(masks, spte).spte : null,
      });
    }
    if (count > 0 && flushes) yield* task.flush();
    return count;
  });
  return changed > 0 ? 'young' : 'old';
}

/** Stops at the first accessed leaf. */
function* testRange(task: Task, range: WalkRange): Steps<boolean> {
  const { machine } = task;
  const { masks } = machine.kind;
  for (const root of machine.rootsOf(null, 'direct-or-invalid')) {
    const iter = yield* task.walk(root, range);
    for (; iter.valid && iter.gfn < range.end; yield* task.next(iter, range.end)) {
      const spte = iter.oldSpte;
      const isLeaf = isShadowPresent(masks, spte) && isLast(spte, iter.level);
      if (isLeaf && isAccessed(masks, spte)) return true;
    }
  }
  return false;
}

export const age = defineOperation({
  name: 'age',
  title: 'Age',
  summary:
    'Asks which pages were accessed, and makes the next access show: by A, or by taking access away.',
  source: 'kvm_tdp_mmu_age_gfn_range(), mark_spte_for_access_track()',
  parameters: {
    start: startParameter,
    end: endParameter,
    flush: flagParameter('flush TLBs if something was young (clear_flush_young)', true),
  },
  conflict: rangeConflict,
  run: (task, { flush, ...range }) => ageRange(task, range, flush),
});

export const testAge = defineOperation({
  name: 'test-age',
  title: 'Test Age',
  summary: 'Asks whether a page of the range was accessed, and changes nothing.',
  source: 'kvm_tdp_mmu_test_age_gfn()',
  parameters: { start: startParameter, end: endParameter },
  conflict: rangeConflict,
  *run(task, range) {
    return (yield* underAgeLock(task, () => testRange(task, range))) ? 'young' : 'old';
  },
});
