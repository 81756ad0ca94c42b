import type { CpuConfig } from './cpu';

export type GranuleName = '4K' | '16K' | '64K';

/** A translation granule: the size of a page and of a full table. */
export interface Granule {
  readonly name: GranuleName;
  /** log2 of the page size. */
  readonly pageShift: 12 | 14 | 16;
  /** Address bits a full table resolves: log2 of its entries. */
  readonly stride: 9 | 11 | 13;
  /** Most levels a tree can have; the fifth of 4K is level -1 of FEAT_LPA2. */
  readonly mostLevels: 5 | 4 | 3;
  /** VTCR_EL2.SL0 counts entry levels down from this one: 4K `2 - level`, else `3 - level`. */
  readonly startLevelBase: 2 | 3;
  /** Encodings of TG0 (TCR, VTCR) and of TG1 (TCR_EL1): not the same. */
  readonly tg0: number;
  readonly tg1: number;
  /** Entries under one contiguous hint, by level as KVM counts. */
  readonly contiguousEntries: Readonly<Record<number, number>>;
}

/** Sources: Arm ARM (DDI 0487) D8.2 and VTCR_EL2, TCR_EL1; Linux 6.12 `pgtable-hwdef.h`, `kvm_arm.h`. */
export const granules: Readonly<Record<GranuleName, Granule>> = {
  '4K': {
    name: '4K',
    pageShift: 12,
    stride: 9,
    mostLevels: 5,
    startLevelBase: 2,
    tg0: 0,
    tg1: 2,
    contiguousEntries: { 1: 16, 2: 16, 3: 16 },
  },
  '16K': {
    name: '16K',
    pageShift: 14,
    stride: 11,
    mostLevels: 4,
    startLevelBase: 3,
    tg0: 2,
    tg1: 1,
    contiguousEntries: { 1: 128, 2: 32 },
  },
  '64K': {
    name: '64K',
    pageShift: 16,
    stride: 13,
    mostLevels: 3,
    startLevelBase: 3,
    tg0: 1,
    tg1: 3,
    contiguousEntries: { 1: 32, 2: 32 },
  },
};

/** The granule a configuration names; 4K, by far the most usual, where it names none. */
export function granuleOf(cpu: CpuConfig): Granule {
  return granules[cpu.granule ?? '4K'];
}

/**
 * The architecture's number of a level: 3 is the smallest page, 0 or -1 the highest. KVM on x86, and
 * Pagewalk inside, count the other way round from 1.
 */
export function architectureLevel(level: number): number {
  return 4 - level;
}

/** The level as Pagewalk counts inside (1 = smallest page) from the architecture's number. */
export function levelFromArchitecture(level: number): number {
  return 4 - level;
}

/** Lowest address bit that indexes a table of this level (1 = smallest page). */
export function levelShift(granule: Granule, level: number): number {
  return granule.pageShift + granule.stride * (level - 1);
}

/** Levels a tree needs for that many address bits, without concatenation: `ARM64_HW_PGTABLE_LEVELS`. */
export function levelsForBits(granule: Granule, bits: number): number {
  return Math.floor((bits - 4) / granule.stride);
}
