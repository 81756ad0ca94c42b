import type { DumpDialect } from './dialect';
import { readGroups } from './grouped-units';
import { HexReader } from './hex-digits';

const reader = new HexReader();
const colon = 0x3a;
const space = 0x20;

/**
 * crash's `rd` (`-64`, `-32`, `-16`, `-8`; `-p` for physical addresses): the address padded to 16 with
 * blanks or zeros, `:` and two blanks, values, and an ASCII column behind three blanks.
 * Source: crash memory.c `display_memory()`, seen in output.
 */
export const crashRd: DumpDialect = {
  name: 'crash-rd',
  title: 'crash rd',
  squeezes: false,
  freeTail: true,
  parse(units, start, end, line) {
    const digits = reader.read(units, start, end);
    const at = reader.end;
    if (digits < 1 || digits > 16 || units[at] !== colon || at + 3 >= end) return false;
    if (units[at + 1] !== space || units[at + 2] !== space || units[at + 3] === space) return false;
    line.addressStart = start;
    line.addressEnd = at;
    line.setAddress(reader.lo, reader.hi);
    const rule = { order: 'value', digits: [2, 4, 8, 16], widestGap: 1 } as const;
    readGroups(units, at + 1, end, line, reader, rule);
    return line.count > 0 || line.brokenAt >= 0;
  },
};
