import { asciiContradicts } from './ascii-column';
import type { DumpDialect, DumpLine } from './dialect';
import { readGroups, type GroupRule } from './grouped-units';
import { HexReader } from './hex-digits';

const reader = new HexReader();
const colon = 0x3a;
const space = 0x20;

/** `00000000: ` and where the groups start; -1: the line does not begin so. */
function afterAddress(units: Uint8Array, start: number, end: number, line: DumpLine): number {
  const digits = reader.read(units, start, end);
  const at = reader.end;
  if (digits < 8 || digits > 16 || units[at] !== colon || units[at + 1] !== space) return -1;
  if (at + 2 >= end || units[at + 2] === space) return -1;
  line.addressStart = start;
  line.addressEnd = at;
  line.setAddress(reader.lo, reader.hi);
  return at + 2;
}

/** Two blanks set the ASCII column off; text behind one (QEMU's `info tlb`) makes it no dump. */
function tailStandsOff(units: Uint8Array, end: number, line: DumpLine): boolean {
  let at = line.tail;
  while (at < end && units[at] === space) at++;
  return at >= end || at - line.tail >= 2;
}

function xxdLike(name: string, title: string, rule: GroupRule): DumpDialect {
  return {
    name,
    title,
    squeezes: true,
    freeTail: true,
    parse(units, start, end, line) {
      const from = afterAddress(units, start, end, line);
      if (from < 0) return false;
      readGroups(units, from, end, line, reader, rule);
      if (line.count === 0 || (line.brokenAt < 0 && !tailStandsOff(units, end, line))) return false;
      return !asciiContradicts(units, end, line);
    },
  };
}

/**
 * `xxd`, also `-g1` and `-o`, U-Boot's `md.b` and the kernel's print_hex_dump of bytes: bytes in memory
 * order, two or one to a group. `xxd -a` squeezes. Source: output of xxd, facts of the dialect.
 */
export const xxd: DumpDialect = xxdLike('xxd', 'xxd', {
  order: 'memory',
  digits: [2, 4],
  widestGap: 1,
});

/**
 * `xxd -e -gN`, U-Boot's `md.l` and `md.q`, print_hex_dump with group sizes above 1: each group is a
 * number. Where the ASCII column is there, it tells this from {@link xxdGrouped}.
 */
export const xxdLittleEndian: DumpDialect = xxdLike('xxd-e', 'xxd -e', {
  order: 'value',
  digits: [4, 8, 16],
  widestGap: 1,
});

/** `xxd -g4`, `-g8`, `-g16`: longer groups, still in memory order. */
export const xxdGrouped: DumpDialect = xxdLike('xxd-g', 'xxd -g', {
  order: 'memory',
  digits: [6, 8, 12, 16, 24, 32],
  widestGap: 1,
});
