import {
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensDelta,
  type SemanticTokensDeltaParams,
  type SemanticTokensParams,
  type SemanticTokensRangeParams,
} from 'vscode-languageserver';

import { entryTokenTypes, tokensOfLine } from '../entry-tokens';
import type { FileView } from '../file-view';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

/** Longer files are coloured by what is in sight only. */
const longest = 100_000;

const noTokens: SemanticTokens = { data: [] };

/** Words of dumps by what they are: tables, leaves, MMIO, empty, faulty. */
export const semanticTokens: Feature = {
  capabilities: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...entryTokenTypes], tokenModifiers: [] },
      full: { delta: true },
      range: true,
    },
  },
  register({ connection, view, files, pause, safely }) {
    const { semanticTokens: tokens } = connection.languages;
    /** What each client's file was last told, so that only the difference need be sent. */
    const told = new Map<string, SemanticTokensBuilder>();
    const builderOf = (uri: string): SemanticTokensBuilder => {
      for (const other of told.keys()) if (!files().includes(other)) told.delete(other);
      const known = told.get(uri) ?? new SemanticTokensBuilder();
      told.set(uri, known);
      return known;
    };
    tokens.on(
      safely<SemanticTokensParams, SemanticTokens>(
        'semanticTokens',
        noTokens,
        async ({ textDocument }, token) => {
          const file = await view(textDocument.uri);
          if (!file || file.index.length > longest) return noTokens;
          const builder = new SemanticTokensBuilder();
          told.set(file.uri, builder);
          const steps = colour(file, builder, 0, file.index.lineCount);
          return (await unhurried(file, { pause }, token, steps)) ? builder.build() : noTokens;
        },
      ),
    );
    tokens.onDelta(
      safely<SemanticTokensDeltaParams, SemanticTokens | SemanticTokensDelta>(
        'semanticTokens/delta',
        noTokens,
        async ({ textDocument, previousResultId }, token) => {
          const file = await view(textDocument.uri);
          if (!file || file.index.length > longest) return noTokens;
          const builder = builderOf(file.uri);
          builder.previousResult(previousResultId);
          const steps = colour(file, builder, 0, file.index.lineCount);
          return (await unhurried(file, { pause }, token, steps)) ? builder.buildEdits() : noTokens;
        },
      ),
    );
    tokens.onRange(
      safely<SemanticTokensRangeParams, SemanticTokens>(
        'semanticTokens/range',
        noTokens,
        async ({ textDocument, range }, token) => {
          const file = await view(textDocument.uri);
          if (!file) return noTokens;
          const builder = new SemanticTokensBuilder();
          const steps = colour(file, builder, range.start.line, range.end.line + 1);
          return (await unhurried(file, { pause }, token, steps)) ? builder.build() : noTokens;
        },
      ),
    );
  },
};

/** Adds the tokens of lines `first` up to but not `end`. */
function* colour(
  view: FileView,
  builder: SemanticTokensBuilder,
  first: number,
  end: number,
): Generator<void, true> {
  const { tables } = view;
  if ('problem' in tables) return true;
  const stop = Math.min(end, view.index.lineCount);
  for (let line = first; line < stop; line++) {
    for (const { start, length, type } of tokensOfLine(view, tables, line)) {
      builder.push(line, start, length, entryTokenTypes.indexOf(type), 0);
    }
    yield;
  }
  return true;
}
