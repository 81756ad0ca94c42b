import { setBits } from '../word';

/** A run of neighbouring bits. */
export interface BitRun {
  readonly high: number;
  readonly low: number;
}

/** The runs of bits set in a mask, highest first. */
export function bitRuns(mask: bigint): BitRun[] {
  const runs: BitRun[] = [];
  for (const bit of setBits(mask)) {
    const last = runs.at(-1);
    if (last?.low === bit + 1) runs[runs.length - 1] = { high: last.high, low: bit };
    else runs.push({ high: bit, low: bit });
  }
  return runs;
}

/** A mask's bits in words: `bit 7`, `bits 49:46 and 12`. */
export function describeBits(mask: bigint): string {
  const runs = bitRuns(mask).map(({ high, low }) => (high === low ? `${high}` : `${high}:${low}`));
  const list =
    runs.length < 2 ? runs.join('') : `${runs.slice(0, -1).join(', ')} and ${runs.at(-1)}`;
  return setBits(mask).length === 1 ? `bit ${list}` : `bits ${list}`;
}
