import type { DumpDialect, DumpLine } from './dialect';
import { readGroups, type GroupRule } from './grouped-units';
import { HexReader } from './hex-digits';
import { isLastAddress } from './last-address';

const reader = new HexReader();
const space = 0x20;
const values: GroupRule = { order: 'value', digits: [2, 4, 8, 16], widestGap: 1 };

function readData(units: Uint8Array, at: number, end: number, line: DumpLine): boolean {
  if (units[at] !== space || units[at + 1] === space) return false;
  readGroups(units, at, end, line, reader, values);
  return line.count > 0;
}

/** `od -A x -t x8` (and x4, x2, x1; with or without `z`): hexadecimal offsets, values in host order. */
export const odHex: DumpDialect = {
  name: 'od-ax',
  title: 'od -A x',
  squeezes: true,
  freeTail: true,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    if (digits < 6 || digits > 15) return false;
    line.addressStart = start;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const at = reader.end;
    if (isLastAddress(units, at, end, digits)) return digits <= 8;
    return readData(units, at, end, line);
  },
};

/** An octal number's halves; digits are known to be octal. */
function setOctalAddress(units: Uint8Array, start: number, end: number, line: DumpLine): void {
  let address = 0;
  for (let at = start; at < end; at++) address = address * 8 + (units[at]! - 0x30);
  line.addressStart = start;
  line.addressEnd = end;
  line.setAddress(address % 0x1_0000_0000, Math.floor(address / 0x1_0000_0000));
}

/** Octal digits from `start`, followed by a blank or the end. */
function octalDigits(units: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && units[at]! >= 0x30 && units[at]! < 0x38) at++;
  return at >= end || units[at] === space ? at - start : 0;
}

/**
 * `od -t x8` (and x4, x1): offsets in octal, seven digits that grow. Two-byte groups behind seven
 * digits are hexdump's; od's look the same until the offsets tell, and hexdump is the usual tool.
 */
export const odOctal: DumpDialect = {
  name: 'od',
  title: 'od',
  squeezes: true,
  freeTail: true,
  parse(units, start, end, line) {
    const digits = octalDigits(units, start, end);
    if (digits < 7 || digits > 17 || (digits === 7 && units[start] !== 0x30)) return false;
    const at = start + digits;
    setOctalAddress(units, start, at, line);
    if (isLastAddress(units, at, end, digits)) return true;
    return readData(units, at, end, line) && line.unitBytes !== 2;
  },
};
