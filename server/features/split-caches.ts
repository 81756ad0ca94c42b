import { compareSplitCaches, mostSplits, mostUsedBySplit } from '../../src-core/index';
import { type SplitCachesParams, splitCachesRequest, type SplitCachesResponse } from '../protocol';
import { splitCachesMarkdown } from '../render/cache-chart';
import type { Feature } from './feature';

/** What the split cache does for a VM, before and after its fix. */
export const splitCaches: Feature = {
  capabilities: {},
  register({ connection, safely }) {
    connection.onRequest(
      splitCachesRequest,
      safely<SplitCachesParams, SplitCachesResponse>(
        'splitCaches',
        { problem: 'The figures failed; see the log.' },
        answer,
      ),
    );
  },
};

function answer({ splits, used }: SplitCachesParams): SplitCachesResponse {
  if (!isCount(splits, 1, mostSplits)) {
    return { problem: `Splits are 1 to ${mostSplits.toLocaleString('en')}.` };
  }
  if (!isCount(used, 0, mostUsedBySplit)) {
    return { problem: `A split takes 0 to ${mostUsedBySplit} descriptors.` };
  }
  const work = { splits, used };
  return { markdown: splitCachesMarkdown(work, compareSplitCaches(work)) };
}

function isCount(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
