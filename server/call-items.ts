import { type CallHierarchyItem, SymbolKind } from 'vscode-languageserver';

import { type DecodedEntry, formatWord, parseWord, type TableNode } from '../src-core/index';
import { entryAt } from './asked-about';
import { findEntry } from './entry-place';
import type { FileView } from './file-view';
import { rangeOfPlace } from './locations';
import { entryInShort } from './render/entry';
import { mapsMemory } from './render/entry-kinds';
import { countsText, coveredText, tableName } from './render/table';
import { isRecord } from './settings-schema';
import type { TableChoice } from './table-choice';
import { placeOfWord, rangeOfTable } from './text-places';

/** What a call hierarchy's item stands for: it comes back with the next question. */
export type CallTarget =
  { readonly table: string } | { readonly leaf: string; readonly table: string };

/** The item at a place: a leaf, the table an entry points at, or the table of a dump's address. */
export function itemAt(
  view: FileView,
  line: number,
  column: number,
): CallHierarchyItem | undefined {
  const { tables } = view;
  const word = view.index.wordAt(line, column, view.entryBytes);
  if ('problem' in tables || !word) return undefined;
  if (word.kind === 'dump-word') {
    const entry = entryAt(view, tables, word);
    const place = findEntry(tables, word.word.address);
    if (!entry || !place) return undefined;
    if (mapsMemory(entry.kind)) return leafItem(view, place.table, word.word.address, entry);
    const child = entry.kind === 'table' ? Number(entry.address) : -1;
    return tableItem(view, tables, tables.tree.byAddress.get(child) ?? place.table);
  }
  const table =
    word.kind === 'dump-address'
      ? findEntry(tables, word.line.address)?.table
      : tables.tree.byAddress.get(Number(word.value));
  return table && tableItem(view, tables, table);
}

/** A table as an item; `undefined`: the file does not have its lines. */
export function tableItem(
  view: FileView,
  tables: TableChoice,
  table: TableNode,
): CallHierarchyItem | undefined {
  const range = rangeOfTable(view, tables, table);
  if (!range) return undefined;
  const data: CallTarget = { table: formatWord(BigInt(table.address)) };
  return {
    name: tableName(tables, table),
    detail: `${coveredText(tables, table)} · ${countsText(table.counts)}`,
    kind: SymbolKind.Array,
    uri: view.uri,
    range,
    selectionRange: { start: range.start, end: range.start },
    data,
  };
}

function leafItem(
  view: FileView,
  table: TableNode,
  address: bigint,
  entry: DecodedEntry,
): CallHierarchyItem | undefined {
  const place = placeOfWord(view, address);
  if (!place) return undefined;
  const range = rangeOfPlace(place);
  const data: CallTarget = {
    leaf: formatWord(address),
    table: formatWord(BigInt(table.address)),
  };
  return {
    name: entryInShort(entry),
    detail: `entry at ${formatWord(address)}`,
    kind: SymbolKind.Constant,
    uri: view.uri,
    range,
    selectionRange: range,
    data,
  };
}

/** What an item that the client sent back stands for; `undefined`: it is none of ours. */
export function targetOfItem({ data }: CallHierarchyItem):
  | {
      readonly table: bigint;
      readonly leaf: bigint | null;
    }
  | undefined {
  const target: unknown = data;
  if (!isRecord(target) || typeof target.table !== 'string') return undefined;
  const table = parseWord(target.table);
  const leaf = typeof target.leaf === 'string' ? parseWord(target.leaf) : null;
  return table === undefined || leaf === undefined ? undefined : { table, leaf };
}
