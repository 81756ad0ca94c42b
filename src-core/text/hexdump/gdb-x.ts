import type { DumpDialect } from './dialect';
import { HexReader } from './hex-digits';
import { readPrefixedUnits } from './prefixed-units';

const reader = new HexReader();
const colon = 0x3a;
const open = 0x3c;
const close = 0x3e;

/** Where the `:` after the address stands, behind an optional ` <symbol+offset>`; -1: nowhere. */
function colonAfter(units: Uint8Array, start: number, end: number): number {
  if (units[start] === colon && start < end) return start;
  if (units[start] !== 0x20 || units[start + 1] !== open) return -1;
  // A C++ symbol holds `>` and `::` itself: the end is `>:` before a blank, a TAB or nothing.
  for (let at = start + 2; at + 1 < end; at++) {
    if (units[at] !== close || units[at + 1] !== colon) continue;
    const after = units[at + 2];
    if (at + 2 >= end || after === 0x09 || after === 0x20) return at + 1;
  }
  return -1;
}

/**
 * gdb's `x/Ngx` and `x/Nwx` (also b and h): `0x…`, ` <symbol+offset>` where one is known, `:`, and
 * each unit after a TAB. Source: gdb/printcmd.c `do_examine()`, seen in output.
 */
export const gdbX: DumpDialect = {
  name: 'gdb-x',
  title: 'gdb x/gx',
  squeezes: false,
  freeTail: false,
  parse(units, start, end, line) {
    const digits = reader.readPrefixed(units, start, end);
    if (digits < 1 || digits > 16) return false;
    line.addressStart = start;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const at = colonAfter(units, reader.end, end);
    if (at < 0) return false;
    readPrefixedUnits(units, at + 1, end, line, reader);
    if (units[line.tail] === open && line.tail < end) {
      line.brokenAt = line.tail;
      line.refused = true;
    }
    return line.count > 0 || line.brokenAt >= 0;
  },
};
