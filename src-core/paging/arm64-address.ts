import { bitMask } from '../word';
import { granuleOf, levelShift, type Granule } from './arm64-granule';
import type { CpuConfig } from './cpu';

/**
 * Where a descriptor keeps its output address. Two layouts have 52 bits and move the highest ones
 * down. Source: Arm ARM (DDI 0487) D8.3.1; Linux 6.12 `kvm_pte_to_phys()`.
 */
export interface OutputLayout {
  readonly name: '48-bit' | 'LPA' | 'LPA2';
  /** Highest descriptor bit that stands where it stands in the address. */
  readonly plainTop: 47 | 49;
  /** Descriptor bits `high:low` hold the address from bit `target` up. */
  readonly moved?: { readonly high: number; readonly low: number; readonly target: number };
  readonly widest: 48 | 52;
}

const layouts: Readonly<Record<OutputLayout['name'], OutputLayout>> = {
  '48-bit': { name: '48-bit', plainTop: 47, widest: 48 },
  LPA: { name: 'LPA', plainTop: 47, moved: { high: 15, low: 12, target: 48 }, widest: 52 },
  LPA2: { name: 'LPA2', plainTop: 49, moved: { high: 9, low: 8, target: 50 }, widest: 52 },
};

/**
 * The layout a CPU uses: LPA2 (`TCR.DS`, `VTCR.DS`) with 4K and 16K granules, LPA where 64K pages
 * have more than 48 physical-address bits.
 */
export function outputLayout(cpu: CpuConfig): OutputLayout {
  if (granuleOf(cpu).name === '64K')
    return (cpu.paBits ?? 48) > 48 ? layouts.LPA : layouts['48-bit'];
  return cpu.lpa2 === true ? layouts.LPA2 : layouts['48-bit'];
}

/** Physical-address bits: as given, never more than the layout holds, which is also the default. */
export function physicalAddressBits(cpu: CpuConfig): number {
  const { widest } = outputLayout(cpu);
  return Math.min(cpu.paBits ?? widest, widest);
}

/** Descriptor bits that hold address bits, those of a moved field included. */
export function addressFieldBits(layout: OutputLayout, low: number): bigint {
  const moved = layout.moved ? bitMask(layout.moved.high, layout.moved.low) : 0n;
  return bitMask(layout.plainTop, low) | moved;
}

/** The byte address in a descriptor, of a page or block of `2 ** low` bytes or of a table. */
export function outputAddress(layout: OutputLayout, value: bigint, low: number): bigint {
  const plain = value & bitMask(layout.plainTop, low);
  if (!layout.moved) return plain;
  const { high, low: from, target } = layout.moved;
  return plain | (((value & bitMask(high, from)) >> BigInt(from)) << BigInt(target));
}

/** The descriptor bits for a byte address: the way back of {@link outputAddress}. */
export function addressDescriptorBits(layout: OutputLayout, address: bigint, low: number): bigint {
  const plain = address & bitMask(layout.plainTop, low);
  if (!layout.moved) return plain;
  const { high, low: to, target } = layout.moved;
  const width = high - to;
  return plain | (((address >> BigInt(target)) & bitMask(width, 0)) << BigInt(to));
}

/** Descriptor bits of the address that a CPU with this many physical-address bits refuses. */
export function addressSizeBits(cpu: CpuConfig, low: number): bigint {
  const layout = outputLayout(cpu);
  const width = physicalAddressBits(cpu);
  return addressDescriptorBits(layout, bitMask(51, width), low);
}

/** What `LevelRule.scattered` needs for a layout with moved bits; `undefined` where masks say it all. */
export function scatteredAddress(
  layout: OutputLayout,
  granule: Granule,
  level: number,
): ((lo: number, hi: number, leaf: boolean) => number) | undefined {
  if (!layout.moved) return undefined;
  const { high, low, target } = layout.moved;
  const movedMask = 2 ** (high - low + 1) - 1;
  const movedScale = 2 ** target;
  const hiMask = 2 ** (layout.plainTop - 31) - 1;
  const leafShift = levelShift(granule, level);
  // A 4 TiB or 512 GiB block is larger than the low half: then only bits of the high half are left.
  const cut = (shift: number) =>
    shift >= 32
      ? { lo: 0, hi: (hiMask & ~(2 ** (shift - 32) - 1)) >>> 0 }
      : { lo: ~(2 ** shift - 1) >>> 0, hi: hiMask };
  const leafMask = cut(leafShift);
  const tableMask = cut(granule.pageShift);
  return (lo, hi, leaf) => {
    const mask = leaf ? leafMask : tableMask;
    return (
      (hi & mask.hi) * 0x1_0000_0000 +
      ((lo & mask.lo) >>> 0) +
      ((lo >>> low) & movedMask) * movedScale
    );
  };
}

/** KVM's reading of an address, by granule and LPA2 of the host alone: it knows no narrower 64K. */
function kvmLayout(granule: Granule, lpa2: boolean): OutputLayout {
  if (granule.name === '64K') return layouts.LPA;
  return lpa2 ? layouts.LPA2 : layouts['48-bit'];
}

/** `kvm_pte_to_phys()`, Linux 6.1 to 7.2: the byte address KVM reads from an entry of any kind. */
export function kvmEntryToPhysical(granule: Granule, lpa2: boolean, value: bigint): bigint {
  return outputAddress(kvmLayout(granule, lpa2), value, granule.pageShift);
}

/** `kvm_phys_to_pte()`, Linux 6.1 to 7.2: the entry bits KVM writes for a byte address. */
export function kvmPhysicalToEntry(granule: Granule, lpa2: boolean, address: bigint): bigint {
  return addressDescriptorBits(kvmLayout(granule, lpa2), address, granule.pageShift);
}
