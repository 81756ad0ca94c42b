import {
  decodeWord,
  entryFormats,
  findWordKind,
  type WordAt,
  type WordKind,
} from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { decodedWordAnswer } from '../render/decoded-word';
import { type Answer, type Line, strong } from '../render/answer';
import { entryAnswer, entryInShort } from '../render/entry';
import { problemAnswer } from '../render/problem';
import { explainTable } from './dump-address';
import type { Asked, Explanation } from './explanation';
import { kernelNotes } from './table-entry';

/** A hex word outside of dumps and events: a named register, a table's address, or maybe an entry. */
export function explainPlainWord(
  asked: Asked,
  word: Extract<WordAt, { kind: 'plain' }>,
): Explanation | null {
  const { start, end, value } = word;
  const { view } = asked;
  const answer = namedAnswer(asked, value, start);
  if (answer) return { answer, start, end };
  const { tables } = view;
  if (!('problem' in tables) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    const table = tables.tree.byAddress.get(Number(value));
    if (table) return explainTable(view, tables, table, word);
  }
  const entry = loneEntry(asked, value);
  return entry && { answer: entry, start, end };
}

/** The word's name as it stands before it: `CR3=…`, `EPT pointer = …`, `vtcr_el2: …`. */
const nameBefore = /([A-Za-z][A-Za-z0-9_]*(?:[ \t]+[A-Za-z][A-Za-z0-9_]*)?)\s*[:=]?\s*$/;

function namedAnswer({ view, line }: Asked, value: bigint, start: number): Answer | null {
  const before = view.index.lineText(line).slice(Math.max(0, start - 64), start);
  const kind = wordKindNamed(nameBefore.exec(before)?.[1]);
  if (!kind) return null;
  const { kernel } = view.hints;
  const word = decodeWord(kind.name, value, {
    cpu: view.cpu,
    ...(kernel !== undefined && { kernel }),
  });
  return 'problem' in word
    ? problemAnswer(word.problem)
    : decodedWordAnswer(word, `${kind.title} because of the name before it.`);
}

/** The kind that one or two words name: the last word alone, or both together. */
function wordKindNamed(name: string | undefined): WordKind | undefined {
  if (name === undefined) return undefined;
  const words = name.split(/\s+/);
  return findWordKind(words.join('-')) ?? findWordKind(words.at(-1)!);
}

/** A word that may be an entry; `null`: nothing speaks for it. */
function loneEntry({ view }: Asked, value: bigint): Answer | null {
  const reply = askEntry(view.wordQuestion(value));
  if ('problem' in reply) return null;
  const { entry, guessed, alternatives } = reply;
  if (!guessed || entry.kind === 'not-present' || entry.kind === 'invalid') return null;
  if (entry.address === 0n) return null;
  const others: Line[] = alternatives.flatMap((guess) => {
    const other = askEntry({ ...view.wordQuestion(value), ...guess });
    if ('problem' in other) return [];
    const { title } = entryFormats.find(({ name }) => name === guess.format)!;
    return [[strong(`As ${title}:`), ` ${entryInShort(other.entry)}`]];
  });
  return entryAnswer(entry, { notes: [...others, ...kernelNotes(reply)] });
}
