import { formatWord } from '../word';
import type { TdpIterStep } from './tdp-iter-run';

/** A step as recorded walks write it: level, GFN, table, index, entry. */
export type TdpIterRow = readonly [
  level: number,
  gfn: string,
  table: string,
  index: number,
  spte: string,
];

const hex = (value: number): string => `0x${value.toString(16)}`;

export function tdpIterRow(step: TdpIterStep): TdpIterRow {
  return [step.level, hex(step.gfn), hex(step.table), step.index, formatWord(step.spte)];
}

/** The canonical line that the hash of a walk is over, its end included. */
export function tdpIterLine(step: TdpIterStep): string {
  return `${tdpIterRow(step).join(' ')}\n`;
}
