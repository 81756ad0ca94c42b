import { architectureLevel, levelShift } from './arm64-granule';
import { largestBlockLevel, type GeometryForm, type Stage2Layout } from './arm64-stage2-layout';

const wordMask = 0xffff_ffff_ffff_ffffn;

/** Index in a single table of this level (the architecture's number). */
function tableIndex({ granule }: Stage2Layout, level: number, address: bigint): number {
  const shift = BigInt(levelShift(granule, architectureLevel(level)));
  return Number((address >> shift) & ((1n << BigInt(granule.stride)) - 1n));
}

/** Index over all concatenated tables of the entry level: `stage2_pgd_index()`. */
export function rootIndex(layout: Stage2Layout, address: bigint): number {
  return Number((address >> BigInt(layout.entryShift)) & BigInt(layout.entries - 1));
}

/** Which of the concatenated tables: `kvm_pgd_page_idx()`. */
export function rootPage(layout: Stage2Layout, address: bigint): number {
  const inside = address & ((1n << BigInt(layout.ipaBits)) - 1n);
  return Number(inside >> BigInt(layout.entryShift + layout.granule.stride));
}

function levelsFrom(first: number): number[] {
  return Array.from({ length: Math.max(0, 4 - first) }, (_, index) => first + index);
}

/**
 * Table indices of an IPA, root first, as each form's own helpers count them: one index over the
 * concatenated tables and then those below (seed), that one alone (v4.20, which left the rest to
 * the host's helpers), or the table's number and an index in it for every level (current).
 */
const forms: Readonly<Record<GeometryForm, (layout: Stage2Layout, address: bigint) => number[]>> = {
  seed: (layout, address) => [
    rootIndex(layout, address),
    ...levelsFrom(layout.entryLevel + 1).map((level) => tableIndex(layout, level, address)),
  ],
  'v4.20': (layout, address) => [rootIndex(layout, address)],
  current: (layout, address) => [
    rootPage(layout, address),
    ...levelsFrom(layout.entryLevel).map((level) => tableIndex(layout, level, address)),
  ],
};

/** Table indices of an IPA, as the layout's form counts them. */
export function stage2Indices(layout: Stage2Layout, address: bigint): number[] {
  return forms[layout.form](layout, address);
}

/** The next multiple of `size` (a power of two) or `end`, whichever comes first, right across 2^64. */
function boundary(address: bigint, end: bigint, size: bigint): bigint {
  const next = (address + size) & ~(size - 1n) & wordMask;
  // One less on both sides, so that a boundary that wrapped to 0 still counts as the larger.
  return ((next - 1n) & wordMask) < ((end - 1n) & wordMask) ? next : end;
}

/**
 * Where a walk over [address, end) leaves the entry of this level (the architecture's number) that
 * it is in: `stage2_pgd_addr_end()` and its fellows. A level above the root is folded: `end`.
 * Source: series v3 patch 09/20; Linux 5.4 `stage2_pgtable.h`.
 */
export function stage2AddrEnd(
  layout: Stage2Layout,
  level: number,
  address: bigint,
  end: bigint,
): bigint {
  if (level < layout.entryLevel || level > 3) return end;
  const shift = levelShift(layout.granule, architectureLevel(level));
  return boundary(address, end, 1n << BigInt(shift));
}

/**
 * Where a range operation of today's KVM takes a breath: at multiples of the largest block, not of
 * a root entry. Source: Linux 6.1 to 7.2 `mmu.c` `stage2_range_addr_end()`.
 */
export function stage2RangeAddrEnd(layout: Stage2Layout, address: bigint, end: bigint): bigint {
  const block = largestBlockLevel(layout.granule);
  const shift = levelShift(layout.granule, architectureLevel(block));
  return boundary(address, end, 1n << BigInt(shift));
}
