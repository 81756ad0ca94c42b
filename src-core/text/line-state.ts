import { type AddressMap, asPrinted, placeOf } from './address-map';
import type { DumpDialect } from './hexdump/dialect';

/** Where a dump without addresses goes on: at a 4-byte boundary, unless it begins elsewhere. */
export interface PlainPlace {
  readonly frame: number;
  readonly offset: number;
  /** Bytes from there on which the line before gave. */
  readonly carry: readonly number[];
  /** Bytes of its first line; 0: none was read yet. */
  readonly lineBytes: number;
}

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
  /** What is stated about printed addresses. */
  readonly map: AddressMap;
  /** `null`: nobody states where a dump without addresses begins. */
  readonly plain: PlainPlace | null;
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
  map: asPrinted,
  plain: null,
};

/** The state before the first line of a text of whose addresses something is stated. */
export function stateUnder(map: AddressMap): LineState {
  const { base } = map.stated;
  const plain = base === undefined ? null : { ...placeOf(base), carry: [], lineBytes: 0 };
  return { ...noLine, map, plain };
}

/** The state after a line that is no dump's. */
export function outsideDumps({ map, plain }: LineState): LineState {
  return { ...noLine, map, plain };
}

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
    one.map.equals(other.map) &&
    samePlain(one.plain, other.plain) &&
    one.halves.length === other.halves.length &&
    one.halves.every((half, index) => half === other.halves[index])
  );
}

function samePlain(one: PlainPlace | null, other: PlainPlace | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.frame === other.frame &&
    one.offset === other.offset &&
    one.lineBytes === other.lineBytes &&
    one.carry.join() === other.carry.join()
  );
}
