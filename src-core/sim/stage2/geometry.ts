import { architectureLevel, levelShift } from '../../paging/arm64-granule';
import { largestBlockLevel, type Stage2Layout } from '../../paging/arm64-stage2-layout';

/** The smallest page's level, as the architecture and KVM on arm64 count: `KVM_PGTABLE_LAST_LEVEL`. */
export const lastLevel = 3;

/**
 * A stage-2 layout for plain numbers: input addresses have at most 52 bits. Levels are the
 * architecture's throughout. Source: Linux 6.12 `kvm_pgtable.h`, `hyp/pgtable.c`.
 */
export class Stage2Geometry {
  /** Entries of a table, one of the concatenated ones at the root: `PTRS_PER_PTE`. */
  readonly entriesPerTable: number;
  /** Bytes of a page and of a table. */
  readonly pageBytes: number;
  /** How many tables the root is made of: `kvm_pgd_pages()`. */
  readonly rootPages: number;
  /** First input address that cannot be: `BIT(ia_bits)`. */
  readonly endAddress: number;
  /** Highest level at which KVM makes blocks: `KVM_PGTABLE_MIN_BLOCK_LEVEL`. */
  readonly blockLevel: number;
  readonly #sizes: readonly number[];

  constructor(readonly layout: Stage2Layout) {
    const { granule, ipaBits } = layout;
    this.entriesPerTable = 2 ** granule.stride;
    this.pageBytes = 2 ** granule.pageShift;
    this.rootPages = Math.max(1, layout.entries / this.entriesPerTable);
    this.endAddress = 2 ** ipaBits;
    this.blockLevel = largestBlockLevel(granule);
    this.#sizes = [0, 1, 2, 3].map((level) => 2 ** levelShift(granule, architectureLevel(level)));
  }

  get startLevel(): number {
    return this.layout.entryLevel;
  }

  /** Bytes that the root's address is aligned to: all its tables, and at least 64. */
  get rootAlignment(): number {
    const { entries } = this.layout;
    return this.rootPages > 1 ? this.rootPages * this.pageBytes : Math.max(64, entries * 8);
  }

  /** Bytes one entry of a level covers: `kvm_granule_size()`. */
  size(level: number): number {
    return this.#sizes[level]!;
  }

  alignDown(address: number, level: number): number {
    return address - (address % this.size(level));
  }

  isAligned(address: number, level: number): boolean {
    return address % this.size(level) === 0;
  }

  /** Index in one table: `kvm_pgtable_idx()`. */
  index(address: number, level: number): number {
    return Math.floor(address / this.size(level)) % this.entriesPerTable;
  }

  /** Which of the root's tables: `kvm_pgd_page_idx()`. */
  rootPage(address: number): number {
    const inside = address % this.endAddress;
    return Math.floor(inside / (this.size(this.startLevel) * this.entriesPerTable));
  }

  /** Number of a frame, in pages of the granule: a GFN of KVM on arm64. */
  frame(address: number): number {
    return Math.floor(address / this.pageBytes);
  }
}

/** A number as the kernel prints addresses. */
export function hexNumber(value: number): string {
  return `0x${value.toString(16)}`;
}
