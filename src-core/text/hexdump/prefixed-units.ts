import type { DumpLine } from './dialect';
import type { HexReader } from './hex-digits';
import { unitBytesOf } from './unit-sizes';

const space = 0x20;
const tab = 0x09;

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
      if (units[at] === 0x30) line.brokenAt = at;
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
