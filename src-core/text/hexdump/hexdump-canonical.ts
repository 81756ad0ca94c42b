import type { DumpDialect } from './dialect';
import { readGroups } from './grouped-units';
import { HexReader } from './hex-digits';
import { isLastAddress } from './last-address';

const reader = new HexReader();
const space = 0x20;

/**
 * `hexdump -C`: eight or more digits of offset, two blanks, bytes in two groups of eight, and an ASCII
 * column between bars; `*` for repeats, the end's offset alone on the last line.
 */
export const hexdumpCanonical: DumpDialect = {
  name: 'hexdump-c',
  title: 'hexdump -C',
  squeezes: true,
  freeTail: true,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    if (digits < 8 || digits > 16) return false;
    line.addressStart = start;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const at = reader.end;
    if (isLastAddress(units, at, end, digits)) return true;
    if (units[at] !== space || units[at + 1] !== space) return false;
    readGroups(units, at, end, line, reader, { order: 'memory', digits: [2], widestGap: 2 });
    return line.count > 0;
  },
};
