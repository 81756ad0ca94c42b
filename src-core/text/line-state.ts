import type { DumpDialect } from './hexdump/dialect';

/** What a line of a dump must know of the lines before it; crosses from chunk to chunk. */
export interface LineState {
  /** Dialect of the dump line just before; `null`: there was none. */
  readonly dialect: DumpDialect | null;
  readonly unitBytes: number;
  readonly count: number;
  /** Digits its address was written with. */
  readonly addressDigits: number;
  /** The address just after that line. */
  readonly frame: number;
  readonly offset: number;
  /** Its data, where the dialect squeezes repeats; else empty. */
  readonly halves: readonly number[];
  /** Column of a `*` on the line just before; -1: none stands there. */
  readonly starColumn: number;
}

export const noLine: LineState = {
  dialect: null,
  unitBytes: 0,
  count: 0,
  addressDigits: 0,
  frame: -1,
  offset: 0,
  halves: [],
  starColumn: -1,
};

/** Whether lines would be read the same way after both. */
export function sameState(one: LineState, other: LineState): boolean {
  return (
    one.dialect === other.dialect &&
    one.unitBytes === other.unitBytes &&
    one.count === other.count &&
    one.addressDigits === other.addressDigits &&
    one.frame === other.frame &&
    one.offset === other.offset &&
    one.starColumn === other.starColumn &&
    one.halves.length === other.halves.length &&
    one.halves.every((half, index) => half === other.halves[index])
  );
}
