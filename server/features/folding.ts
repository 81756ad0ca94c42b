import {
  type FoldingRange,
  FoldingRangeKind,
  type FoldingRangeParams,
} from 'vscode-languageserver';

import { emptyRuns } from '../empty-runs';
import type { Feature } from './feature';

/** Runs of empty entries fold to one line. */
export const folding: Feature = {
  capabilities: { foldingRangeProvider: true },
  register({ connection, client, view, safely }) {
    connection.onFoldingRanges(
      safely<FoldingRangeParams, FoldingRange[]>('foldingRange', [], async ({ textDocument }) => {
        const file = await view(textDocument.uri);
        if (!file) return [];
        return emptyRuns(file.index, client().foldingLimit).map((run) => ({
          startLine: run.first,
          endLine: run.last,
          kind: FoldingRangeKind.Region,
          collapsedText: run.text,
        }));
      }),
    );
  },
};
