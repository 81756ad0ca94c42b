import { formatWord, type TableNode, type WordAt } from '../../src-core/index';
import { findEntry } from '../entry-place';
import type { FileView } from '../file-view';
import { code, type Line } from '../render/answer';
import { tableAnswer } from '../render/table';
import type { TableChoice } from '../table-choice';
import type { Asked, Explanation } from './explanation';
import { tableLink, walkLink } from './table-entry';

/** The address before a dump's words: the table that the line is a part of. */
export function explainDumpAddress(
  { view }: Asked,
  word: Extract<WordAt, { kind: 'dump-address' }>,
): Explanation | null {
  const { tables } = view;
  if ('problem' in tables) return null;
  const place = findEntry(tables, word.line.address);
  if (!place) return null;
  const table = explainTable(view, tables, place.table, word);
  const { address, printed } = word.line;
  if (printed === null || printed === address) return table;
  const notes = [...movedNote(printed, address), ...table.answer.notes];
  return { ...table, answer: { ...table.answer, notes } };
}

/** That a line's address is not the physical one. */
function movedNote(printed: bigint, address: bigint): Line[] {
  return [
    [
      'Printed as ',
      code(formatWord(printed)),
      ': by the comment line this is physical ',
      code(formatWord(address)),
      '.',
    ],
  ];
}

/** A table that the file's root reaches. */
export function explainTable(
  view: FileView,
  tables: TableChoice,
  table: TableNode,
  { start, end }: { readonly start: number; readonly end: number },
): Explanation {
  const links = [walkLink(view, tables, table.first), ...tableLink(view, BigInt(table.address))];
  return { answer: tableAnswer(tables, table, links), start, end };
}
