import type { DumpLine } from './dialect';

const space = 0x20;
const dot = 0x2e;

/** What an ASCII column shows of a byte. */
function shown(byte: number): number {
  return byte >= 0x20 && byte < 0x7f ? byte : dot;
}

/** Byte `index` of the line's data as it lies in memory. */
function byteOf(line: DumpLine, index: number): number {
  const unit = Math.floor(index / line.unitBytes);
  const byte = index % line.unitBytes;
  return ((byte < 4 ? line.lo[unit]! : line.hi[unit]!) >>> ((byte & 3) * 8)) & 0xff;
}

/**
 * Whether the column behind the data shows other bytes than those that were read: the digits of a
 * group stand in the other order. No column, or one of another length, contradicts nothing.
 */
export function asciiContradicts(units: Uint8Array, end: number, line: DumpLine): boolean {
  const bytes = line.bytes;
  let from = line.tail;
  while (from < end && units[from] === space) from++;
  // A column may begin with blanks itself: it ends the line, so it is measured from there.
  if (end - from > bytes || end - bytes < line.tail) return false;
  from = end - bytes;
  for (let index = 0; index < bytes; index++) {
    if (units[from + index] !== shown(byteOf(line, index))) return true;
  }
  return false;
}
