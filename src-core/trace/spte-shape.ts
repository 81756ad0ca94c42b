import { eras } from '../kvm/layouts';
import { highHalf, lowHalf } from '../word';

/**
 * What can be said of an SPTE without knowing its format or kernel: enough to follow a trace.
 * Sources: `make_nonleaf_spte()`, `make_spte()`, arch/x86/kvm/mmu/spte.c, v4.4 – v7.1.
 */

/** Bits that a CPU sets by itself: accessed and dirty of x86-64 (5, 6) and of EPT (8, 9). */
const cpuBits = 0x360;
const pageSizeBit = 0x80;
/** Tables get every right: bits 2:0 are R, W, X of EPT, and present, writable, user elsewhere. */
const tableBits = 0x7;
/** A fresh entry of kernels from 6.10 on (`SHADOW_NONPRESENT_VALUE`): suppress #VE, bit 63. */
const suppressVe = 0x8000_0000;

const parkedValues = eras.flatMap(({ parked }) => (parked ? [parked.value] : []));
const parkedLow = new Set(parkedValues.map((value) => lowHalf(value)));
const parkedHigh = new Set(parkedValues.map((value) => highHalf(value)));

/** Nothing was ever set here. */
export function isEmpty(lo: number, hi: number): boolean {
  return lo === 0 && (hi === 0 || hi === suppressVe);
}

/** Held by KVM while it tears a table down (`REMOVED_SPTE`, `FROZEN_SPTE`). */
export function isParkedValue(lo: number, hi: number): boolean {
  return parkedLow.has(lo) && (hi === suppressVe || parkedHigh.has(hi));
}

/** A link to a table: above level 1, not huge, with every right. MMIO entries stand at level 1 only. */
export function isTableLink(lo: number, hi: number, level: number): boolean {
  return level > 1 && (lo & (tableBits | pageSizeBit)) === tableBits && tableFrame(lo, hi) !== 0;
}

/** A huge page: what a split makes a table of. */
export function isHugePage(lo: number, hi: number, level: number): boolean {
  return level > 1 && (lo & pageSizeBit) !== 0 && !isParkedValue(lo, hi);
}

/** Number of the table's page: bits 51:12. */
export function tableFrame(lo: number, hi: number): number {
  return (hi & 0xf_ffff) * 0x10_0000 + (lo >>> 12);
}

/** The same entry but for what a CPU may have set since. */
export function sameButCpuBits(lo: number, hi: number, otherLo: number, otherHi: number): boolean {
  return hi === otherHi && ((lo ^ otherLo) & ~cpuBits) === 0;
}

/** By level: a power is worked out anew each time, and every line asks. */
const pagesByLevel = Float64Array.from({ length: 8 }, (_, level) => 2 ** (9 * (level - 1)));

/** 4 KiB pages that an entry of a level covers. */
export function pagesOfLevel(level: number): number {
  return pagesByLevel[level]!;
}

/**
 * Low half of entry `index` of the table that takes a huge page's place: the frame and the size
 * differ, the rest is inherited (`make_huge_page_split_spte()`; `make_small_spte()` from v6.13 on).
 * KVM's mitigation against huge executable pages may give back the right to execute: the trace shows
 * that where the entry changes later.
 */
export function splitLow(lo: number, hugeLevel: number, index: number): number {
  const child = hugeLevel === 2 ? lo & ~pageSizeBit : lo;
  return (child + index * pagesOfLevel(hugeLevel - 1) * 0x1000) >>> 0;
}
