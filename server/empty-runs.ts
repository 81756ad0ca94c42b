import type { TextIndex } from '../src-core/index';
import { counted } from './render/quantities';

/** Lines of a dump that hold nothing but empty entries. Lines from 0, both included. */
export interface EmptyRun {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Bit 63: SUPPRESS_VE, all that an empty SPTE holds since Linux 6.10. Source: spte.h. */
const emptyHigh = 0x8000_0000;
const wordsPerFrame = 512;
/** Shorter runs are not worth a fold. */
const leastLines = 3;

/** The runs of empty entries in a text's dumps, in line order; the longest where there are too many. */
export function emptyRuns(index: TextIndex, limit: number): EmptyRun[] {
  const runs: EmptyRun[] = [];
  for (const frame of index.memory.frames()) runsOfFrame(index, frame, runs);
  const longest =
    runs.length <= limit
      ? runs
      : runs
          .sort((one, other) => other.last - other.first - (one.last - one.first))
          .slice(0, limit);
  return longest.sort((one, other) => one.first - other.first);
}

function runsOfFrame(index: TextIndex, frame: number, runs: EmptyRun[]): void {
  const { memory } = index;
  const slot = memory.slotOf(frame);
  for (let word = 0; word < wordsPerFrame; word++) {
    const start = word;
    while (word < wordsPerFrame && isEmpty(index, slot, word)) word++;
    const run = word - start < leastLines ? undefined : linesOf(index, frame, start, word);
    if (run) runs.push(run);
  }
}

function isEmpty({ memory }: TextIndex, slot: number, word: number): boolean {
  if (!memory.isKnown(slot, word * 2, 2) || memory.half(slot, word * 2) !== 0) return false;
  const hi = memory.half(slot, word * 2 + 1);
  return hi === 0 || hi === emptyHigh;
}

/** The whole lines among the words `from` up to but not `to` of a frame. */
function linesOf(index: TextIndex, frame: number, from: number, to: number): EmptyRun | undefined {
  const lineOf = (word: number): number | undefined => {
    const origin = index.memory.originOf((BigInt(frame) << 12n) + BigInt(word * 8));
    return origin?.kind === 'text' ? origin.line : undefined;
  };
  const begin = lineOf(from);
  const end = lineOf(to - 1);
  if (begin === undefined || end === undefined) return undefined;
  const first = from > 0 && lineOf(from - 1) === begin ? begin + 1 : begin;
  const last = to < wordsPerFrame && lineOf(to) === end ? end - 1 : end;
  if (last - first + 1 < leastLines) return undefined;
  return { first, last, text: `… ${counted(to - from, 'empty entry', 'empty entries')} …` };
}
