import { type EntryTest, hardwareKind, highHalf, lowHalf } from '../src-core/index';
import { findEntry } from './entry-place';
import type { FileView } from './file-view';
import type { TableChoice } from './table-choice';

/**
 * What a word of a dump is coloured by. The manifest gives each of them its look, in
 * `semanticTokenTypes` and `semanticTokenScopes`.
 */
export const entryTokenTypes = [
  'tableAddress',
  'tableEntry',
  'leafEntry',
  'mmioEntry',
  'absentEntry',
  'emptyEntry',
  'faultyEntry',
] as const;
export type EntryTokenType = (typeof entryTokenTypes)[number];

/** A coloured stretch of a line. */
export interface EntryToken {
  readonly start: number;
  readonly length: number;
  readonly type: EntryTokenType;
}

/** The tokens of a line of a dump, from left to right; none where no root reaches its table. */
export function tokensOfLine(view: FileView, tables: TableChoice, line: number): EntryToken[] {
  const dumped = view.index.dumpLine(line, view.entryBytes);
  const place = dumped && findEntry(tables, dumped.address);
  if (!dumped || !place) return [];
  const { mmio } = tables;
  const { level } = place.table;
  const start = dumped.addressStart;
  const address = { start, length: dumped.addressEnd - start, type: 'tableAddress' } as const;
  const words = dumped.words
    .filter(({ bytes }) => bytes === view.entryBytes)
    .map(({ value, start: from, end }) => ({
      start: from,
      length: end - from,
      type: tokenType(tables, mmio, level, value),
    }));
  return [address, ...words];
}

function tokenType(
  { compiled }: TableChoice,
  mmio: EntryTest | undefined,
  level: number,
  value: bigint,
): EntryTokenType {
  const lo = lowHalf(value);
  const hi = highHalf(value);
  if (
    mmio &&
    (lo & mmio.maskLo) >>> 0 === mmio.valueLo &&
    (hi & mmio.maskHi) >>> 0 === mmio.valueHi
  )
    return 'mmioEntry';
  switch (hardwareKind(compiled.rules[level - 1]!, lo, hi)) {
    case 'table':
      return 'tableEntry';
    case 'leaf':
      return 'leafEntry';
    case 'malformed':
      return 'faultyEntry';
    case 'none':
      // Bit 63 alone: SUPPRESS_VE, what an empty SPTE holds since Linux 6.10. Source: spte.h.
      return lo === 0 && (hi === 0 || hi === 0x8000_0000) ? 'emptyEntry' : 'absentEntry';
  }
}
