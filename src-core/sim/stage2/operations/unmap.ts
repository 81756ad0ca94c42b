import { applyRange } from '../apply-range';
import { outcome } from '../errno';
import { foldedUnmap } from '../folded/folded-unmap';
import { unmapRange } from '../unmap-walker';
import { defineStage2Operation, rangeConflict, rangeOf, rangeParameters } from './define';

export const unmap = defineStage2Operation({
  name: 'unmap',
  title: 'Unmap',
  summary: 'Leaves of a range go, and tables that nothing refers to any more.',
  source: 'kvm_pgtable_stage2_unmap(); before v5.10 unmap_stage2_range()',
  parameters: rangeParameters,
  conflict: rangeConflict,
  *run(task, args, { setup }) {
    const range = rangeOf(setup, args);
    yield* task.lock('exclusive');
    const error =
      setup.layout.form === 'current'
        ? yield* applyRange(task, range, (address, bytes) => unmapRange(task, address, bytes))
        : yield* foldedUnmap(task, range);
    yield* task.unlock();
    return outcome(error, 'unmapped');
  },
});
