import { splitHugePages } from '../split-slot';
import type { Stage2Setup } from '../stage2-setup';
import { defineStage2Operation, rangeConflict, rangeOf, rangeParameters } from './define';

/** Why there is no splitting ahead of time; `null`: there is. */
function splitRefusal({ walker, splitChunk }: Stage2Setup): string | null {
  if (!walker.eagerSplit) return 'blocks are split ahead of time since v6.5';
  return splitChunk === 0 ? 'machine.splitChunk is 0: blocks are not split ahead of time' : null;
}

export const split = defineStage2Operation({
  name: 'split',
  title: 'Split Blocks',
  summary: 'Blocks of a range become tables of what they mapped, as far as the cache reaches.',
  source: 'kvm_mmu_split_huge_pages(), kvm_pgtable_stage2_split()',
  parameters: rangeParameters,
  refusal: splitRefusal,
  conflict: rangeConflict,
  *run(task, args, { setup }) {
    yield* task.lock('exclusive');
    const text = yield* splitHugePages(task, rangeOf(setup, args), setup.splitChunk);
    yield* task.unlock();
    return text;
  },
});
