import type { DumpLine } from './dialect';
import type { HexReader } from './hex-digits';
import { unitBytesOf } from './unit-sizes';

const space = 0x20;
const tab = 0x09;

/** `0x`, or a `0` that the line's end cut it down to: bare digits are another dialect's. */
function startsPrefix(units: Uint8Array, at: number, end: number): boolean {
  return units[at] === 0x30 && (at + 1 >= end || (units[at + 1]! | 0x20) === 0x78);
}

/**
 * Reads units of the form `0x0123…`, separated by blanks or TABs, as QEMU and gdb print them. The
 * first decides how many digits a unit has; one with fewer at the line's end was cut off.
 */
export function readPrefixedUnits(
  units: Uint8Array,
  start: number,
  end: number,
  line: DumpLine,
  reader: HexReader,
): void {
  let at = start;
  for (;;) {
    while (at < end && (units[at] === space || units[at] === tab)) at++;
    line.tail = at;
    if (at >= end) return;
    const first = line.count === 0;
    const digits = reader.readPrefixed(units, at, end);
    const bytes = unitBytesOf(digits);
    if (bytes === undefined || (!first && bytes !== line.unitBytes)) {
      if (startsPrefix(units, at, end)) line.brokenAt = at;
      return;
    }
    if (first) {
      line.unitBytes = bytes;
      line.digits = digits;
      line.width = digits + 2;
    }
    line.add(at, reader.lo, reader.hi);
    at = reader.end;
    line.tail = at;
  }
}
