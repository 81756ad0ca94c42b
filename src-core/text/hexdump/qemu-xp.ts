import type { DumpDialect } from './dialect';
import { HexReader } from './hex-digits';
import { readPrefixedUnits } from './prefixed-units';

const reader = new HexReader();

/**
 * QEMU's monitor: `xp /Ngx` (physical) and `x /Ngx` (virtual), and the same in b, h and w units:
 * `%016x:` and ` 0x%016x` for each unit. Source: QEMU monitor/hmp-cmds-target.c `memory_dump()`.
 */
export const qemuXp: DumpDialect = {
  name: 'qemu-xp',
  title: 'QEMU monitor xp',
  squeezes: false,
  freeTail: false,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    if (digits < 4 || digits > 16 || units[reader.end] !== 0x3a || reader.end >= end) return false;
    line.addressStart = start;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const data = reader.end + 1;
    const blank = units[data];
    if (data < end && blank !== 0x20 && blank !== 0x09) return false;
    readPrefixedUnits(units, data, end, line, reader);
    return line.count > 0 || line.brokenAt >= 0;
  },
};
