import type { DumpDialect } from './dialect';
import { digitValue, HexReader } from './hex-digits';

const reader = new HexReader();
/** What has fewer digits is a number in some text, unless it ends such a dump. */
const fewestDigits = 16;
/** `xxd -c` takes up to 256 bytes a line. */
const mostDigits = 512;

/** Hexadecimal digits that are all of a line; 0: the line holds something else. */
function digitsOnly(units: Uint8Array, start: number, end: number): number {
  let stop = end;
  while (stop > start && units[stop - 1] === 0x20) stop--;
  if (stop - start > mostDigits) return 0;
  for (let at = start; at < stop; at++) if (digitValue[units[at]!] === 0xff) return 0;
  return stop - start;
}

/**
 * `xxd -p`: bytes in memory order and nothing else, 30 a line or as `-c` says. Where they lie, the
 * lines do not tell: such a dump is read only where a base is stated, in order from there on.
 * Source: output of xxd.
 */
export const plainHex: DumpDialect = {
  name: 'xxd-p',
  title: 'xxd -p',
  squeezes: false,
  freeTail: false,
  parse(units, start, end, line) {
    const digits = digitsOnly(units, start, end);
    if (digits === 0) return false;
    line.addressStart = start;
    line.addressEnd = start;
    line.setAddress(0, 0);
    line.unitBytes = 1;
    line.digits = 2;
    line.width = 2;
    for (let at = start; at + 2 <= start + digits; at += 2) {
      reader.read(units, at, at + 2);
      line.add(at, reader.lo, 0);
    }
    if (digits % 2 !== 0) line.brokenAt = start + digits - 1;
    line.tail = start + digits;
    return true;
  },
};

/** Whether a line may be the first of such a dump. */
export function beginsPlainHex(bytes: number): boolean {
  return bytes * 2 >= fewestDigits;
}
