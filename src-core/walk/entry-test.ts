import { highHalf, lowHalf } from '../word';

/**
 * A test on an entry's bits that goes before the hardware's own: an SPTE that KVM uses to recognise
 * MMIO is, to the CPU, an entry with a reserved bit or an illegal combination.
 */
export interface EntryTest {
  readonly maskLo: number;
  readonly maskHi: number;
  readonly valueLo: number;
  readonly valueHi: number;
}

/** The test `(entry & mask) === value`, KVM's `is_mmio_spte()` for one. */
export function entryTest(mask: bigint, value: bigint): EntryTest {
  return {
    maskLo: lowHalf(mask),
    maskHi: highHalf(mask),
    valueLo: lowHalf(value),
    valueHi: highHalf(value),
  };
}

/** A test that no entry passes. */
export const noEntry: EntryTest = { maskLo: 0, maskHi: 0, valueLo: 1, valueHi: 0 };

export function passes(test: EntryTest, lo: number, hi: number): boolean {
  return (lo & test.maskLo) >>> 0 === test.valueLo && (hi & test.maskHi) >>> 0 === test.valueHi;
}
