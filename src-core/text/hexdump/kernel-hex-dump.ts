import { asciiContradicts } from './ascii-column';
import type { DumpDialect } from './dialect';
import { readGroups } from './grouped-units';
import { HexReader } from './hex-digits';

const reader = new HexReader();
const colon = 0x3a;
const space = 0x20;
/** An address stands within that many characters of a driver's own prefix. */
const longestPrefix = 48;

/** Start of an address of 8 or 16 digits and `: ` behind a prefix; -1: there is none. */
function addressBehindPrefix(units: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + longestPrefix);
  for (let at = start + 1; at < limit; at++) {
    if (units[at - 1] !== space) continue;
    const digits = reader.read(units, at, end);
    const whole = digits === 8 || digits === 16;
    if (whole && units[reader.end] === colon && units[reader.end + 1] === space) return at;
    at = Math.max(at, reader.end);
  }
  return -1;
}

/**
 * The kernel's `print_hex_dump()` behind a prefix of words (`kvm table: 00000000: 67 50 …`); without one
 * the line is xxd's own. Offsets or pointers, groups of 1, 2, 4 or 8 bytes as numbers of the host.
 * Source: Linux lib/hexdump.c `print_hex_dump()`, `hex_dump_to_buffer()`.
 */
export const kernelHexDump: DumpDialect = {
  name: 'print-hex-dump',
  title: 'print_hex_dump',
  squeezes: false,
  freeTail: true,
  parse(units, start, end, line) {
    const from = addressBehindPrefix(units, start, end);
    if (from < 0) return false;
    reader.read(units, from, end);
    line.addressStart = from;
    line.addressEnd = reader.end;
    line.setAddress(reader.lo, reader.hi);
    const rule = { order: 'value', digits: [2, 4, 8, 16], widestGap: 1 } as const;
    readGroups(units, reader.end + 1, end, line, reader, rule);
    // One number behind a colon is any log line's; a dump's row has more.
    return line.count > 1 && !asciiContradicts(units, end, line);
  },
};
