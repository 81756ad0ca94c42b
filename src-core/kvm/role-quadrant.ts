import { bitField } from '../word';

/** Which part of the guest's table a shadow page of this quadrant stands for. */
export function quadrantMeaning(quadrant: number, level: number): string {
  if (level === 1) {
    const half = quadrant & 1 ? 'upper half (entries 512–1023)' : 'lower half (entries 0–511)';
    return `the guest page table's ${half}: address bit 21 is ${quadrant & 1}`;
  }
  if (level === 2) {
    const first = quadrant * 256;
    return `the guest directory's entries ${first}–${first + 255}: address bits 31:30 are ${quadrant}`;
  }
  return `quadrant ${quadrant} of a level that has none`;
}

/**
 * The quadrant from a guest address and the level of the shadow page, as kernels up to v5.19
 * compute it (`kvm_mmu_get_page`, mmu.c): level 1 takes bit 21, level 2 bits 31:30.
 */
export function quadrantOfAddress(address: bigint, level: number): number {
  const shift = 12 + 9 * level;
  return Number(bitField(address, shift + level - 1, shift));
}

/**
 * The quadrant from the parent entry's place, as kernels since v6.0 compute it
 * (`kvm_mmu_child_role`, mmu.c): the parity of its index. Both forms of the June 2022 patch agree,
 * `(sptep - parent->spt) % 2` and `(address / 8) & 1`, because tables are page-aligned.
 */
export function quadrantOfIndex(index: number): number {
  return index & 1;
}

/** Where a guest address of a 32-bit guest lands in its 8-byte shadow tables. */
export interface ShadowIndices {
  /** Guest directory entry (bits 31:22) and table entry (bits 21:12). */
  readonly guestDirectory: number;
  readonly guestTable: number;
  /** Quadrant of the level-2 page (also the PDPTE) and index in it. */
  readonly level2Quadrant: number;
  readonly level2Index: number;
  readonly level1Quadrant: number;
  readonly level1Index: number;
}

/** Indices and quadrants of a guest address, for a guest with 4-byte entries. */
export function shadowIndices(address: bigint): ShadowIndices {
  const part = (high: number, low: number): number => Number(bitField(address, high, low));
  return {
    guestDirectory: part(31, 22),
    guestTable: part(21, 12),
    level2Quadrant: quadrantOfAddress(address, 2),
    level2Index: part(29, 21),
    level1Quadrant: quadrantOfAddress(address, 1),
    level1Index: part(20, 12),
  };
}
