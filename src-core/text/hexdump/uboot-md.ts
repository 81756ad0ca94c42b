import { asciiContradicts } from './ascii-column';
import type { DumpDialect } from './dialect';
import { readGroups } from './grouped-units';
import { HexReader } from './hex-digits';

const reader = new HexReader();
const colon = 0x3a;
const space = 0x20;
const tab = 0x09;
/** Blanks between the data and the ASCII column. */
const tailGap = 4;

/**
 * U-Boot's `md` (`.q`, `.l`, `.w`, `.b`): `%08lx:`, each unit as a number behind a blank, four blanks
 * and the bytes as ASCII. Source: U-Boot lib/display_options.c `print_buffer()`.
 */
export const ubootMd: DumpDialect = {
  name: 'uboot-md',
  title: 'U-Boot md',
  squeezes: false,
  freeTail: true,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    const at = reader.end;
    if (digits < 8 || digits > 16 || units[at] !== colon || units[at + 1] !== space) return false;
    line.addressStart = start;
    line.addressEnd = at;
    line.setAddress(reader.lo, reader.hi);
    const rule = { order: 'value', digits: [2, 4, 8, 16], widestGap: 1 } as const;
    readGroups(units, at + 1, end, line, reader, rule);
    const column = line.tail + tailGap;
    const after = column + line.bytes;
    const isBlank = (unit: number): boolean => unit === space || unit === tab;
    return (
      line.count > 0 &&
      column < end &&
      units.subarray(line.tail, column).every((unit) => unit === space) &&
      after <= end &&
      // Blanks that something put behind the characters are none of them.
      units.subarray(after, end).every(isBlank) &&
      !asciiContradicts(units, after, line)
    );
  },
};
