import { applyRange } from '../apply-range';
import { writeProtectRange } from '../attribute-walkers';
import { outcome } from '../errno';
import { foldedWriteProtect } from '../folded/folded-write-protect';
import type { Range } from '../map-range';
import type { Steps } from '../../micro-step';
import type { Stage2Task } from '../stage2-task';
import { defineStage2Operation, rangeConflict, rangeOf, rangeParameters } from './define';

/** `kvm_stage2_wp_range()`, the lock held, and the flush that goes with it. */
export function* writeProtectAndFlush(task: Stage2Task, range: Range): Steps<string> {
  const { layout } = task.machine.setup;
  const error =
    layout.form === 'current'
      ? yield* applyRange(task, range, (address, bytes) => writeProtectRange(task, address, bytes))
      : yield* foldedWriteProtect(task, range);
  yield* task.invalidate({ of: 'vmid' });
  return outcome(error, 'write-protected');
}

export const writeProtect = defineStage2Operation({
  name: 'write-protect',
  title: 'Write-Protect',
  summary: 'Leaves of a range lose write access; then all cached translations go.',
  source: 'kvm_stage2_wp_range(), kvm_pgtable_stage2_wrprotect(); before v5.10 stage2_wp_range()',
  parameters: rangeParameters,
  conflict: rangeConflict,
  *run(task, args, { setup }) {
    yield* task.lock('exclusive');
    const text = yield* writeProtectAndFlush(task, rangeOf(setup, args));
    yield* task.unlock();
    return text;
  },
});
