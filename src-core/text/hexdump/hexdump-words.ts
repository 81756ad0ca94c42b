import type { DumpDialect } from './dialect';
import { readGroups } from './grouped-units';
import { HexReader } from './hex-digits';
import { isLastAddress } from './last-address';

const reader = new HexReader();
const space = 0x20;

/**
 * `hexdump` without options: seven or more digits of offset, 16-bit words in the order of the host
 * (little-endian).
 */
export const hexdumpWords: DumpDialect = {
  name: 'hexdump',
  title: 'hexdump',
  squeezes: true,
  freeTail: false,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    if (digits < 7 || digits > 15) return false;
    line.addressStart = start;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const at = reader.end;
    if (isLastAddress(units, at, end, digits)) return digits === 7;
    if (units[at] !== space || units[at + 1] === space) return false;
    readGroups(units, at, end, line, reader, { order: 'value', digits: [4], widestGap: 1 });
    return line.count > 0;
  },
};
