import { formatWord } from '../../src-core/index';
import { fileAssumptions } from '../assumptions';
import type { FileView } from '../file-view';
import { rootsRequest, type RootsParams, type RootsResult } from '../protocol';
import { isTraceAlone } from '../trace/tables-as-of';
import type { Feature } from './feature';

/** Nothing known: what a file that is not open, or a fault of ours, is answered with. */
const unknown: RootsResult = {
  roots: [],
  assumptions: {
    format: null,
    formatBasis: 'assumed',
    kernel: null,
    kernelBasis: 'assumed',
    root: null,
    rootBasis: 'assumed',
    levels: null,
    why: 'Nothing is known of this file.',
  },
  trace: false,
};

/** The roots that a file's dumps suggest, and what is assumed for the file. */
export const roots: Feature = {
  capabilities: {},
  register({ connection, view, safely }) {
    connection.onRequest(
      rootsRequest,
      safely<RootsParams, RootsResult>('roots', unknown, async ({ uri }) => {
        const file = await view(uri);
        return file ? rootsOf(file) : unknown;
      }),
    );
  },
};

/** Candidates as detected, the best first; what a comment line names is among the assumptions. */
export function rootsOf(view: FileView): RootsResult {
  return {
    roots: view.detection.roots.map(({ address, format, levels, score, evidence }) => ({
      address: formatWord(address),
      format,
      levels,
      score,
      evidence,
    })),
    assumptions: fileAssumptions(view),
    trace: isTraceAlone(view),
  };
}
