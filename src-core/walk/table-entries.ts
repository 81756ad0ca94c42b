import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat } from '../paging/format';

/** Is told of every entry of a table that the memory holds; halves are unsigned. */
export type EntryReceiver = (index: number, lo: number, hi: number) => void;

/** How many entries a table of a level has; at the root with concatenated tables. */
export function entriesOfTable(compiled: CompiledFormat, level: number): number {
  return 2 ** compiled.rules[level - 1]!.indexBits;
}

/**
 * Goes through the entries of a table in order; those the memory does not hold are left out.
 * @param table byte address
 * @returns how many entries the memory does not hold
 */
export function forEachEntry(
  memory: FrameStore,
  compiled: CompiledFormat,
  table: number,
  level: number,
  receive: EntryReceiver,
): number {
  const entries = entriesOfTable(compiled, level);
  const { entryBytes } = compiled;
  const stride = entryBytes / 4;
  let unknown = 0;
  for (let index = 0; index < entries;) {
    const byte = table + index * entryBytes;
    const page = Math.floor(byte / 4096);
    const inPage = byte - page * 4096;
    const here = Math.min(entries - index, Math.floor((4096 - inPage) / entryBytes));
    const slot = memory.slotOf(page);
    if (slot < 0) {
      unknown += here;
      index += here;
      continue;
    }
    const whole = memory.known.isWhole(slot);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const half = inPage >>> 2;
    const offset = memory.slotOffset[slot]! + half;
    for (let at = 0; at < here; at++) {
      if (!whole && !memory.isKnown(slot, half + at * stride, stride)) {
        unknown++;
        continue;
      }
      const place = offset + at * stride;
      receive(index + at, buffer[place]!, stride === 2 ? buffer[place + 1]! : 0);
    }
    index += here;
  }
  return unknown;
}

/** The byte address of the table that an entry points at. */
export function childTable(
  compiled: CompiledFormat,
  level: number,
  lo: number,
  hi: number,
): number {
  const rule = compiled.rules[level - 1]!;
  if (rule.scattered) return rule.scattered(lo, hi, false);
  return ((hi & rule.tableAddressHi) >>> 0) * 0x1_0000_0000 + ((lo & rule.tableAddressLo) >>> 0);
}

/** The byte address of the page that a leaf maps. */
export function leafPage(compiled: CompiledFormat, level: number, lo: number, hi: number): number {
  const rule = compiled.rules[level - 1]!;
  if (rule.scattered) return rule.scattered(lo, hi, true);
  return ((hi & rule.leafAddressHi) >>> 0) * 0x1_0000_0000 + ((lo & rule.leafAddressLo) >>> 0);
}
