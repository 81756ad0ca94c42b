import { decodeEntry, type RowExplanation } from '../../src-core/index';
import { kernelNotes } from '../explain/table-entry';
import type { Answer } from '../render/answer';
import { strong } from '../render/answer';
import { entryAnswer } from '../render/entry';
import { answerMarkdown } from '../render/markdown';
import { problemAnswer } from '../render/problem';

/** What a row of the tree says at length: the hover's own rendering, Markdown. */
export function explainRow(explanation: RowExplanation): string {
  return answerMarkdown(answerTo(explanation));
}

function answerTo(explanation: RowExplanation): Answer {
  if (explanation.kind === 'words') {
    const { title, lines } = explanation;
    return {
      headline: [strong(title)],
      meaning: lines.map((line) => [line]),
      warnings: [],
      table: null,
      everyBit: null,
      notes: [],
      basis: '',
      links: [],
    };
  }
  const { request, notes } = explanation;
  const entry = decodeEntry(request);
  if ('problem' in entry) return problemAnswer(entry.problem);
  const lines = notes.map((note) => [note]);
  const others = kernelNotes({ request, entry, guessed: false, alternatives: [] });
  return entryAnswer(entry, { notes: [...lines, ...others] });
}
