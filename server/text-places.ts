import type { Range } from 'vscode-languageserver';

import type { TableNode } from '../src-core/index';
import type { FileView } from './file-view';
import type { Place } from './protocol';
import type { TableChoice } from './table-choice';

/** Where the word at a byte address stands in the file's text; `undefined`: the file has it not. */
export function placeOfWord(view: FileView, address: bigint): Place | undefined {
  const origin = view.index.memory.originOf(address);
  if (origin?.kind !== 'text') return undefined;
  return { uri: view.uri, line: origin.line, start: origin.start, end: origin.end };
}

/** Where the first word of a table stands that the file holds: dumps may begin within a table. */
export function placeOfTable(view: FileView, table: bigint): Place | undefined {
  const bytes = 4096n;
  const step = BigInt(view.entryBytes);
  for (let address = table; address < table + bytes; address += step) {
    if (view.index.memory.readWord(address, view.entryBytes) !== undefined) {
      return placeOfWord(view, address);
    }
  }
  return undefined;
}

/** The lines of a table, from its first word in the file to its last; `undefined`: it has none. */
export function rangeOfTable(
  view: FileView,
  { compiled }: TableChoice,
  table: TableNode,
): Range | undefined {
  const bytes = 2 ** compiled.rules[table.level - 1]!.indexBits * compiled.entryBytes;
  const start = BigInt(table.address);
  const first = placeOfTable(view, start);
  const step = compiled.entryBytes;
  let at = start + BigInt(bytes - step);
  while (at > start && view.index.memory.readWord(at, step) === undefined) at -= BigInt(step);
  const last = placeOfWord(view, at);
  if (!first || !last || last.line < first.line) return undefined;
  return {
    start: { line: first.line, character: 0 },
    end: { line: last.line, character: last.end },
  };
}
