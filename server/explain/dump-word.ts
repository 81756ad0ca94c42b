import type { WordAt } from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { findEntry } from '../entry-place';
import { entryAnswer } from '../render/entry';
import { problemAnswer } from '../render/problem';
import type { Asked, Explanation } from './explanation';
import { kernelNotes, tableEntryAnswer } from './table-entry';

/** A word of a dump: an entry of a table that the file's root reaches, or one that stands alone. */
export function explainDumpWord(
  { view }: Asked,
  word: Extract<WordAt, { kind: 'dump-word' }>,
): Explanation | null {
  const { start, end, value } = word;
  const { address, bytes } = word.word;
  if (bytes !== view.entryBytes) return null;
  const { tables } = view;
  if ('problem' in tables) {
    const reply = askEntry(view.loneQuestion(value));
    const answer =
      'problem' in reply
        ? problemAnswer(reply.problem)
        : entryAnswer(reply.entry, { notes: kernelNotes(reply) });
    return { answer, start, end };
  }
  const level = findEntry(tables, address)?.table.level;
  const reply = askEntry(
    level === undefined ? view.wordQuestion(value) : view.tableQuestion(value, level, tables),
  );
  const answer =
    'problem' in reply
      ? problemAnswer(reply.problem)
      : tableEntryAnswer(view, tables, reply, address);
  return { answer, start, end };
}
