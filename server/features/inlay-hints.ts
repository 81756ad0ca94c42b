import {
  type CancellationToken,
  type InlayHint,
  type InlayHintParams,
  LSPErrorCodes,
  MarkupKind,
  ResponseError,
} from 'vscode-languageserver';

import { explainPlace } from '../explain/explain-place';
import type { FileView } from '../file-view';
import { lineMeaning } from '../line-meaning';
import { answerMarkdown } from '../render/markdown';
import { isRecord } from '../settings-schema';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

/** Hints of one answer: clients that ask for a whole file get those of its first lines. */
const most = 5000;

/** Of a hint that cannot be told more of. */
const unknown = new ResponseError<never>(
  LSPErrorCodes.RequestFailed,
  'Nothing more is known; see the log.',
);

/** What the entries of a line mean, at its end. */
export const inlayHints: Feature = {
  capabilities: { inlayHintProvider: { resolveProvider: true } },
  register({ connection, client, view, pause, onSettings, safely }) {
    const { inlayHint } = connection.languages;
    inlayHint.on(
      safely<InlayHintParams, InlayHint[]>(
        'inlayHint',
        [],
        async ({ textDocument, range }, token: CancellationToken) => {
          const file = await view(textDocument.uri);
          if (!file || file.settings.inlayHints === 'off') return [];
          const steps = hintsOf(file, range.start.line, range.end.line);
          return (await unhurried(file, { pause }, token, steps)) ?? [];
        },
      ),
    );
    inlayHint.resolve(
      safely<InlayHint, InlayHint | ResponseError<never>>(
        'inlayHint/resolve',
        unknown,
        async (hint) => {
          const uri: unknown = isRecord(hint.data) ? hint.data.uri : undefined;
          const file = typeof uri === 'string' ? await view(uri) : undefined;
          return file ? { ...hint, ...tooltipOf(file, hint.position.line) } : hint;
        },
      ),
    );
    onSettings(() => {
      if (client().inlayHintRefresh) inlayHint.refresh().catch(() => undefined);
    });
  },
};

/** Hints for the lines of a range, both ends included. */
export function* hintsOf(
  view: FileView,
  first: number,
  last: number,
): Generator<void, InlayHint[]> {
  const full = view.settings.inlayHints === 'full';
  const hints: InlayHint[] = [];
  const end = Math.min(last, view.index.lineCount - 1);
  for (let line = Math.max(0, first); line <= end && hints.length < most; line++) {
    const meaning = lineMeaning(view, line, full);
    if (meaning) {
      hints.push({
        position: { line, character: meaning.end },
        label: meaning.text,
        paddingLeft: true,
        data: { uri: view.uri },
      });
    }
    yield;
  }
  return hints;
}

/** The hovers of a line's entries, one below the other. */
function tooltipOf(view: FileView, line: number): Pick<InlayHint, 'tooltip'> {
  const words = view.index.dumpLine(line, view.entryBytes)?.words ?? [];
  const columns = words.length > 0 ? words.map(({ start }) => start) : [eventColumn(view, line)];
  const answers = columns.flatMap((column) => {
    const explanation = explainPlace({ view, line, column });
    return explanation ? [answerMarkdown(explanation.answer)] : [];
  });
  if (answers.length === 0) return {};
  return { tooltip: { kind: MarkupKind.Markdown, value: answers.join('\n\n---\n\n') } };
}

function eventColumn(view: FileView, line: number): number {
  return view.index.logEvent(line)?.start ?? 0;
}
