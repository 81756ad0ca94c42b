import type { DumpLine } from './hexdump/dialect';
import { HexReader } from './hexdump/hex-digits';

/**
 * A line that was understood, as a pattern for the next ones: dumps are long stretches of lines
 * that differ in their digits only. Positions count from the line's start.
 */
export interface LinePattern {
  /** Characters of the line, its end included. */
  readonly length: number;
  /** Places that hold no digit, and what stands there. */
  readonly literalAt: Int32Array;
  readonly literals: Uint8Array;
  /** A free tail (an ASCII column) must hold no end of line. */
  readonly tailFrom: number;
  readonly tailTo: number;
  /** Where the address's digits stand. */
  readonly addressFrom: number;
  readonly addressTo: number;
  /**
   * Places whose characters stay the same from line to line within a frame, the address's upper
   * digits among them: where four of them stand together, and the rest.
   */
  readonly wideAt: Int32Array;
  readonly narrowAt: Int32Array;
  /** Where the four digit pairs of each 32-bit half stand, lowest byte first. */
  readonly pairs: Int32Array;
  readonly halves: number;
}

/**
 * The pattern of a line; `undefined` where it covers no whole number of 32-bit halves.
 * @param start of the line in `units`
 * @param next start of the line after it
 */
export function patternOf(
  units: Uint8Array,
  start: number,
  next: number,
  line: DumpLine,
  freeTail: boolean,
): LinePattern | undefined {
  const bytes = line.bytes;
  if (bytes % 4 !== 0 || bytes === 0 || line.brokenAt >= 0) return undefined;
  if (line.digits !== line.unitBytes * 2 || line.addressEnd === line.addressStart) return undefined;
  const digit = new Uint8Array(next - start);
  const addressEnd = line.addressEnd - start;
  const addressStart = firstDigit(units, line.addressStart, line.addressEnd) - start;
  digit.fill(1, addressStart, addressEnd);
  const pairs = new Int32Array(bytes);
  for (let unit = 0; unit < line.count; unit++) {
    const from = line.columns[unit]! - start + line.width - line.digits;
    digit.fill(1, from, from + line.digits);
    for (let byte = 0; byte < line.unitBytes; byte++) {
      pairs[unit * line.unitBytes + byte] = from + line.digits - 2 - byte * 2;
    }
  }
  if (!readsAs(units, start + addressStart, start + addressEnd, line)) return undefined;
  const tailFrom = freeTail ? line.tail - start : next - start;
  const tailTo = endOfLine(units, start, next) - start;
  if (freeTail) digit.fill(1, tailFrom, tailTo);
  const literalAt = placesOf(digit, 0);
  digit.fill(0, addressStart, Math.max(addressStart, addressEnd - lowDigits));
  return {
    length: next - start,
    literalAt,
    literals: Uint8Array.from(literalAt, (at) => units[start + at]!),
    tailFrom: freeTail ? tailFrom : tailTo,
    tailTo,
    addressFrom: addressStart,
    addressTo: addressEnd,
    ...checksOf(digit),
    pairs,
    halves: bytes / 4,
  };
}

/** Digits of an address that change within a frame. */
const lowDigits = 3;

/** Groups of four places that do not change, and the places that no group covers. */
function checksOf(changes: Uint8Array): Pick<LinePattern, 'wideAt' | 'narrowAt'> {
  const wide: number[] = [];
  const narrow: number[] = [];
  for (let at = 0; at < changes.length; at++) {
    if (changes[at] !== 0) continue;
    let end = at;
    while (end < changes.length && changes[end] === 0) end++;
    for (; end - at >= 4; at += 4) wide.push(at);
    const covered = wide.length > 0 && wide[wide.length - 1]! + 4 === at;
    // The last group may go over the one before it.
    if (end > at && covered) wide.push(end - 4);
    else for (; at < end; at++) narrow.push(at);
    at = end;
  }
  return { wideAt: Int32Array.from(wide), narrowAt: Int32Array.from(narrow) };
}

const reader = new HexReader();

/** Whether the address's digits, read as a hexadecimal number, are the address that is printed. */
function readsAs(units: Uint8Array, start: number, end: number, line: DumpLine): boolean {
  reader.read(units, start, end);
  const frame = reader.hi * 0x10_0000 + (reader.lo >>> 12);
  return (
    reader.end === end && frame === line.printedFrame && (reader.lo & 0xfff) === line.printedOffset
  );
}

/** Places of a list that hold a value. */
function placesOf(list: Uint8Array, value: number): Int32Array {
  const places = new Int32Array(list.length);
  let count = 0;
  for (let at = 0; at < list.length; at++) if (list[at] === value) places[count++] = at;
  return places.slice(0, count);
}

/** Whether a line that was just understood is laid out as a pattern says. */
export function fitsPattern(
  pattern: LinePattern,
  units: Uint8Array,
  start: number,
  next: number,
  line: DumpLine,
): boolean {
  const { length, literalAt, literals, addressFrom, pairs, halves } = pattern;
  if (length !== next - start || line.bytes !== halves * 4 || line.brokenAt >= 0) return false;
  const address = firstDigit(units, line.addressStart, line.addressEnd) - start;
  if (address !== addressFrom || line.addressEnd - start !== pattern.addressTo) return false;
  const lastDigits = line.columns[line.count - 1]! - start + line.width - line.unitBytes * 2;
  if (pairs[pairs.length - 1] !== lastDigits) return false;
  for (let which = 0; which < literals.length; which++) {
    if (units[start + literalAt[which]!] !== literals[which]) return false;
  }
  return true;
}

function firstDigit(units: Uint8Array, start: number, end: number): number {
  return end - start > 2 && (units[start + 1]! | 0x20) === 0x78 ? start + 2 : start;
}

function endOfLine(units: Uint8Array, start: number, next: number): number {
  let end = next;
  while (end > start && (units[end - 1] === 0x0a || units[end - 1] === 0x0d)) end--;
  return end;
}
