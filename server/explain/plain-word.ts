import {
  entryFormats,
  findWordKind,
  parseWord,
  type WordAt,
  type WordKind,
} from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { type Answer, type Line, strong } from '../render/answer';
import { entryAnswer, entryInShort } from '../render/entry';
import { explainTable } from './dump-address';
import type { Asked, Explanation } from './explanation';
import { kernelOfFile } from './kernel-of-file';
import { kernelNotes } from './table-entry';
import { wordAnswer } from './word-answer';

/** A hex word outside of dumps and events: a named register, a table's address, or maybe an entry. */
export function explainPlainWord(
  asked: Asked,
  word: Extract<WordAt, { kind: 'plain' }>,
): Explanation | null {
  const { start, end, value, physical } = word;
  const { view } = asked;
  const answer = namedAnswer(asked, value, start);
  if (answer) return { answer, start, end };
  const { tables } = view;
  if (!('problem' in tables) && physical <= BigInt(Number.MAX_SAFE_INTEGER)) {
    const table = tables.tree.byAddress.get(Number(physical));
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
  const kernel = kernelOfFile(view);
  const vtcr = kind.name === 'vttbr' ? vtcrNear(view, line) : undefined;
  const context = {
    cpu: view.cpu,
    ...(kernel !== undefined && { kernel }),
    ...(vtcr !== undefined && { vtcr }),
  };
  return wordAnswer(kind.name, value, context, `${kind.title} because of the name before it.`);
}

/** How far around a VTTBR_EL2 its VTCR_EL2 is looked for. */
const linesAround = 8;
const vtcrNamed = /\bvtcr(?:_el2)?\b[^0-9a-z\r\n]{0,8}(?:0x)?([0-9a-f]{1,16})\b/i;

/** The VTCR_EL2 that stands near a line, as the one printed with it. */
function vtcrNear({ index }: Asked['view'], line: number): bigint | undefined {
  for (let far = 0; far <= linesAround; far++) {
    for (const at of [line - far, line + far]) {
      if (at < 0 || at >= index.lineCount) continue;
      const text = vtcrNamed.exec(index.lineText(at).slice(0, longestRead))?.[1];
      if (text !== undefined) return parseWord(text);
    }
  }
  return undefined;
}
/** Of a line longer than this the rest is not searched for a register. */
const longestRead = 4096;

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
  // A format that somebody named is asked about; a guess must have something to go by.
  if (!guessed && !view.hints.format) return null;
  if (value === 0n || entry.kind === 'not-present' || entry.kind === 'invalid') return null;
  if (entry.address === 0n) return null;
  const others: Line[] = alternatives.flatMap((guess) => {
    const other = askEntry({ ...view.wordQuestion(value), ...guess });
    if ('problem' in other) return [];
    const { title } = entryFormats.find(({ name }) => name === guess.format)!;
    return [[strong(`As ${title}:`), ` ${entryInShort(other.entry)}`]];
  });
  return entryAnswer(entry, { notes: [...others, ...kernelNotes(reply)] });
}
