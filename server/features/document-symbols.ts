import {
  type DocumentSymbol,
  type DocumentSymbolParams,
  type SymbolInformation,
  SymbolKind,
} from 'vscode-languageserver';

import type { TableNode } from '../../src-core/index';
import type { FileView } from '../file-view';
import { counted } from '../render/quantities';
import { countsText, coveredText, tableName } from '../render/table';
import type { TableChoice } from '../table-choice';
import { rangeOfTable } from '../text-places';
import type { Feature } from './feature';

/** VS Code shows no outline above 7,500 elements (microsoft/vscode issue 50575). */
const symbolLimit = 7500;

/** The tables of a dump, by level, with the address range each covers. */
export const documentSymbols: Feature = {
  capabilities: { documentSymbolProvider: true },
  register({ connection, client, view, safely }) {
    connection.onDocumentSymbol(
      safely<DocumentSymbolParams, DocumentSymbol[] | SymbolInformation[]>(
        'documentSymbol',
        [],
        async ({ textDocument }) => {
          const file = await view(textDocument.uri);
          const symbols = file ? symbolsOf(file) : [];
          return client().symbolTree ? symbols : flat(symbols, textDocument.uri);
        },
      ),
    );
  },
};

/** The tree of tables below the file's root, as far as they stand in the file. */
export function symbolsOf(view: FileView): DocumentSymbol[] {
  const { tables } = view;
  if ('problem' in tables) return [];
  let room = symbolLimit;
  const symbolOf = (table: TableNode): DocumentSymbol[] => {
    if (room === 0) return [];
    room--;
    const children = table.children.flatMap(symbolOf);
    const symbol = tableSymbol(view, tables, table, children);
    return symbol ? [symbol] : children;
  };
  const symbols = symbolOf(tables.tree.root);
  const more = tables.tree.byAddress.size - symbolLimit;
  const last = symbols.at(-1);
  if (more <= 0 || !last) return symbols;
  const name = `… ${counted(more, 'more table')}`;
  return [...symbols, { ...last, name, detail: 'too many for an outline', children: [] }];
}

function tableSymbol(
  view: FileView,
  tables: TableChoice,
  table: TableNode,
  children: DocumentSymbol[],
): DocumentSymbol | undefined {
  const range = rangeOfTable(view, tables, table);
  if (!range) return undefined;
  return {
    name: tableName(tables, table),
    detail: `${coveredText(tables, table)} · ${countsText(table.counts)}`,
    kind: SymbolKind.Array,
    range,
    selectionRange: { start: range.start, end: range.start },
    children,
  };
}

function flat(symbols: readonly DocumentSymbol[], uri: string): SymbolInformation[] {
  return symbols.flatMap(({ name, kind, range, children = [] }) => [
    { name, kind, location: { uri, range } },
    ...flat(children, uri),
  ]);
}
