import type { DumpDialect, DumpLine } from './dialect';
import { HexReader } from './hex-digits';

const reader = new HexReader();
const backtick = 0x60;
const hash = 0x23;
const space = 0x20;
const tab = 0x09;
const question = 0x3f;

/** A number of up to 16 digits, the upper eight set off by "`"; false: none stands there. */
class GroupedNumber {
  lo = 0;
  hi = 0;
  digits = 0;
  end = 0;

  read(units: Uint8Array, start: number, end: number): boolean {
    const first = reader.read(units, start, end);
    this.lo = reader.lo;
    this.hi = reader.hi;
    this.digits = first;
    this.end = reader.end;
    if (first === 0 || first > 16 || units[reader.end] !== backtick)
      return first > 0 && first <= 16;
    const upper = reader.lo;
    if (first > 8 || reader.read(units, reader.end + 1, end) !== 8) return false;
    this.hi = upper;
    this.lo = reader.lo;
    this.digits = first + 8;
    this.end = reader.end;
    return true;
  }
}

const number = new GroupedNumber();

function skipBlanks(units: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (units[at] === space || units[at] === tab)) at++;
  return at;
}

function readUnits(units: Uint8Array, start: number, end: number, line: DumpLine): void {
  let at = start;
  for (;;) {
    const from = skipBlanks(units, at, end);
    line.tail = from;
    if (from >= end) return;
    if (units[from] === question) {
      line.brokenAt = from;
      line.refused = true;
      return;
    }
    if (!number.read(units, from, end)) return;
    const bytes = number.digits === 16 ? 8 : number.digits === 8 ? 4 : undefined;
    const after = units[number.end];
    const whole = number.end >= end || after === space || after === tab;
    if (bytes === undefined || !whole || (line.count > 0 && bytes !== line.unitBytes)) {
      if (line.count > 0 && number.end >= end) line.brokenAt = from;
      return;
    }
    line.unitBytes = bytes;
    line.width = number.end - from;
    // The backtick among the digits keeps such lines from being read as regular ones.
    line.digits = line.width;
    line.add(from, number.lo, number.hi);
    at = number.end;
    line.tail = at;
  }
}

/**
 * WinDbg's `dq` and `dd` (virtual) and `!dq`, `!dd` (physical, behind `#`): 64-bit numbers with "`" in
 * the middle; what it cannot read is `????????`. Source: WinDbg's documentation of d* and !d*.
 */
export const windbg: DumpDialect = {
  name: 'windbg',
  title: 'WinDbg dq',
  squeezes: false,
  freeTail: false,
  parse(units, start, end, line) {
    const physical = units[start] === hash;
    const from = physical ? skipBlanks(units, start + 1, end) : start;
    if (!number.read(units, from, end) || units[number.end] !== space) return false;
    const { end: addressEnd, digits } = number;
    // A 32-bit target's addresses have eight digits and no "`".
    const grouped = digits !== addressEnd - from;
    const plain = digits === 8 && !grouped;
    if (!physical && ((!grouped && !plain) || units[addressEnd + 1] !== space)) return false;
    line.addressStart = from;
    line.addressEnd = addressEnd;
    line.setAddress(number.lo, number.hi);
    readUnits(units, addressEnd, end, line);
    if (plain && line.unitBytes !== 4) return false;
    return line.count > 0 || line.refused;
  },
};
