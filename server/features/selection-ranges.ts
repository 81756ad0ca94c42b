import type { Position, Range, SelectionRange, SelectionRangeParams } from 'vscode-languageserver';

import { findEntry } from '../entry-place';
import type { FileView } from '../file-view';
import { rangeOfPlace } from '../locations';
import { rangeOfTable } from '../text-places';
import type { Feature } from './feature';

/** What grows around the cursor: digits, word, line, table. */
export const selectionRanges: Feature = {
  capabilities: { selectionRangeProvider: true },
  register({ connection, view, safely }) {
    connection.onSelectionRanges(
      safely<SelectionRangeParams, SelectionRange[]>(
        'selectionRange',
        [],
        async ({ textDocument, positions }) => {
          const file = await view(textDocument.uri);
          return file ? positions.map((position) => growingAt(file, position)) : [];
        },
      ),
    );
  },
};

function growingAt(view: FileView, { line, character }: Position): SelectionRange {
  const text = view.index.lineText(line);
  const word = view.index.wordAt(line, character, view.entryBytes);
  const ranges: Range[] = [];
  if (word) {
    const digits = /^0x/i.test(text.slice(word.start, word.end)) ? word.start + 2 : word.start;
    if (digits <= character) ranges.push(rangeOfPlace({ line, start: digits, end: word.end }));
    ranges.push(rangeOfPlace({ line, start: word.start, end: word.end }));
  }
  ranges.push(rangeOfPlace({ line, start: 0, end: text.length }));
  const table = tableAround(view, line);
  if (table) ranges.push(table);
  return ranges
    .filter((range, at) => at === 0 || !equal(range, ranges[at - 1]!))
    .reduceRight<SelectionRange | undefined>(
      (parent, range) => ({ range, ...(parent && { parent }) }),
      undefined,
    )!;
}

function tableAround(view: FileView, line: number): Range | undefined {
  const { tables } = view;
  const dumped = view.index.dumpLine(line, view.entryBytes);
  if (!dumped || 'problem' in tables) return undefined;
  const table = findEntry(tables, dumped.address)?.table;
  const range = table && rangeOfTable(view, tables, table);
  return range && range.start.line <= line && line <= range.end.line ? range : undefined;
}

function equal(one: Range, other: Range): boolean {
  return (
    one.start.line === other.start.line &&
    one.start.character === other.start.character &&
    one.end.line === other.end.line &&
    one.end.character === other.end.character
  );
}
