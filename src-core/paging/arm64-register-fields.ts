import { bitsOfPaRange } from './arm64-parange';
import { granuleOfEncoding } from './arm64-register-walk';
import type { FieldSpec } from './format';
import { runField } from './word-fields';

const cacheability = ['NC', 'WB, write-allocate', 'WT', 'WB, no write-allocate'] as const;
const shareability = ['non-shareable', 'reserved', 'outer shareable', 'inner shareable'] as const;
const one = (names: readonly string[]) => (value: bigint) => names[Number(value)] ?? 'reserved';
/** PS, IPS. */
export const paRangeText = (value: bigint): string => {
  const bits = bitsOfPaRange(Number(value));
  return bits === undefined ? 'reserved' : `${bits} physical-address bits`;
};
/** TG0, TG1. */
export const granuleText = (which: 'tg0' | 'tg1') => (value: bigint) =>
  `${granuleOfEncoding(which, value)?.name ?? 'reserved'} granule`;
/** T0SZ, T1SZ. */
export const sizeText = (value: bigint): string => `${64n - value} input address bits`;

/** The attributes of table reads, at `low` and the five bits above. */
export function walkAttributes(suffix: string, low: number, source: string): FieldSpec[] {
  return [
    runField(`IRGN${suffix}`, low + 1, low, source, one(cacheability)),
    runField(`ORGN${suffix}`, low + 3, low + 2, source, one(cacheability)),
    runField(`SH${suffix}`, low + 5, low + 4, source, one(shareability)),
  ];
}
