/** Where a kernel maps all memory, in order, where nothing is randomized. */
export interface DirectMap {
  readonly start: bigint;
  /** The address after it. */
  readonly end: bigint;
  readonly title: string;
  /** Physical memory begins where the board says: its base must be stated too. */
  readonly needsBase: boolean;
}

const tebi = 1n << 40n;

/**
 * Direct maps of Linux. With KASLR x86-64 moves its own (`page_offset_base` tells), and arm64 the
 * memory within.
 * Sources: Documentation/arch/x86/x86_64/mm.rst (moved in v4.20, d52888aa2753), `PAGE_OFFSET` in
 * arch/arm64/include/asm/memory.h (turned round in v5.4, 14c127c957c1).
 */
export const directMaps: readonly DirectMap[] = [
  mapOf(0xffff_8880_0000_0000n, 64n * tebi, 'x86-64, since v4.20'),
  mapOf(0xffff_8800_0000_0000n, 64n * tebi, 'x86-64, before v4.20'),
  mapOf(0xff11_0000_0000_0000n, 0x8000n * tebi, 'x86-64 with 5 levels, since v4.20'),
  mapOf(0xff10_0000_0000_0000n, 0x8000n * tebi, 'x86-64 with 5 levels, before v4.20'),
  mapOf(0xffff_0000_0000_0000n, 128n * tebi, 'arm64 with 48-bit addresses, since v5.4', true),
  mapOf(0xffff_8000_0000_0000n, 128n * tebi, 'arm64 with 48-bit addresses, before v5.4', true),
  mapOf(0xffff_ff80_0000_0000n, tebi / 4n, 'arm64 with 39-bit addresses, since v5.4', true),
  mapOf(0xffff_ffc0_0000_0000n, tebi / 4n, 'arm64 with 39-bit addresses, before v5.4', true),
];

function mapOf(start: bigint, size: bigint, title: string, needsBase = false): DirectMap {
  return { start, end: start + size, title, needsBase };
}

/** The direct maps that an address may be of, the likeliest first; none: it is of another area. */
export function directMapsOf(address: bigint): readonly DirectMap[] {
  return directMaps.filter(({ start, end }) => address >= start && address < end);
}
