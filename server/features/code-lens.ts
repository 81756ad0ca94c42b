import {
  type CodeLens,
  type CodeLensParams,
  type Command,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver';

import { formatWord, parseWord, type TableNode } from '../../src-core/index';
import type { FileView } from '../file-view';
import { rangeOfPlace } from '../locations';
import { walkCommand, type WalkCommandArguments } from '../protocol';
import { countsText, coveredText, tableName } from '../render/table';
import { isRecord } from '../settings-schema';
import type { TableChoice } from '../table-choice';
import { placeOfTable } from '../text-places';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

/** Lenses of one file: they are asked for all at once. */
const mostTables = 2000;

/** Of a lens that cannot be filled in. */
const unknown = new ResponseError<never>(
  LSPErrorCodes.RequestFailed,
  'Nothing is known of that table; see the log.',
);

/** What a lens says: filled in when it comes into sight. */
type LensKind = 'summary' | 'walk';

/** Over each table what it covers and holds, and a way to walk through it. */
export const codeLens: Feature = {
  capabilities: { codeLensProvider: { resolveProvider: true } },
  register({ connection, client, view, pause, safely }) {
    connection.onCodeLens(
      safely<CodeLensParams, CodeLens[]>('codeLens', [], async ({ textDocument }, token) => {
        const file = await view(textDocument.uri);
        if (!file) return [];
        const kinds: LensKind[] = client().commandLinks ? ['summary', 'walk'] : ['summary'];
        return (await unhurried(file, { pause }, token, lensesOf(file, kinds))) ?? [];
      }),
    );
    connection.onCodeLensResolve(
      safely<CodeLens, CodeLens | ResponseError<never>>(
        'codeLens/resolve',
        unknown,
        async (lens) => {
          const data: unknown = lens.data;
          if (!isRecord(data) || typeof data.uri !== 'string') return lens;
          const file = await view(data.uri);
          const address = typeof data.table === 'string' ? parseWord(data.table) : undefined;
          const tables = file?.tables;
          if (!file || !tables || 'problem' in tables || address === undefined) return lens;
          const table = tables.tree.byAddress.get(Number(address));
          if (!table) return lens;
          return data.kind === 'walk'
            ? { ...lens, command: walkThrough(file, tables) }
            : { ...lens, command: { title: summaryOf(tables, table), command: '' } };
        },
      ),
    );
  },
};

function* lensesOf(view: FileView, kinds: readonly LensKind[]): Generator<void, CodeLens[]> {
  const { tables } = view;
  if ('problem' in tables) return [];
  const lenses: CodeLens[] = [];
  let count = 0;
  for (const table of tables.tree.byAddress.values()) {
    if (++count > mostTables) break;
    const place = placeOfTable(view, BigInt(table.address));
    if (!place) continue;
    const range = rangeOfPlace(place);
    const about = { uri: view.uri, table: formatWord(BigInt(table.address)) };
    for (const kind of kinds) lenses.push({ range, data: { ...about, kind } });
    yield;
  }
  return lenses;
}

function summaryOf(tables: TableChoice, table: TableNode): string {
  return `${tableName(tables, table)} · covers ${coveredText(tables, table)} · ${countsText(table.counts)}`;
}

function walkThrough(view: FileView, { root, format, levels }: TableChoice): Command {
  const argument: WalkCommandArguments = {
    uri: view.uri,
    root: formatWord(root),
    format: format.name,
    levels,
  };
  return { title: 'Walk…', command: walkCommand, arguments: [argument] };
}
