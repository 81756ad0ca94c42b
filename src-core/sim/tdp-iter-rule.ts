import type { SpteMasks } from '../kvm/spte-masks';
import { highHalf, lowHalf } from '../word';

/**
 * The only two questions `tdp_iter` asks of an entry: is it shadow-present, and if it is a table,
 * where? Compiled to halves, since the walk asks them of every entry above its lowest level.
 */
export interface TdpIterRule {
  /** `is_shadow_present_pte` of the kernel the entries are from. */
  readonly isPresent: (lo: number, hi: number) => boolean;
  /** Bits 63:32 of the address mask; bits 31:12 always belong to it. */
  readonly addressHi: number;
}

/** Bits 51:32: `PT64_BASE_ADDR_MASK` where no memory encryption takes a bit away. */
const plainAddressHi = 0x000f_ffff;

/**
 * Present is whatever is neither zero, nor MMIO by bits 53:52, nor the parked value.
 * Source: spte.h of v5.10–v5.12 (`SPTE_SPECIAL_MASK` types; `REMOVED_SPTE` in v5.12 alone).
 * @param parked the removed value, where the kernel has one
 */
export function presentByExclusion(parked?: bigint): TdpIterRule {
  const mmio = 0x0030_0000;
  const isParked = isWord(parked);
  return {
    isPresent: (lo, hi) => (lo !== 0 || hi !== 0) && (hi & mmio) !== mmio && !isParked(lo, hi),
    addressHi: plainAddressHi,
  };
}

/** Present is bit 11, nothing else. Source: spte.h since v5.13, `SPTE_MMU_PRESENT_MASK`. */
export function presentByBit11(): TdpIterRule {
  return { isPresent: (lo) => (lo & 0x800) !== 0, addressHi: plainAddressHi };
}

/** The rule of a layout on a host: what `is_shadow_present_pte` reads, in halves. */
export function presentByMasks(masks: SpteMasks): TdpIterRule {
  const { presence, parked } = masks.era;
  const addressHi = highHalf(masks.address);
  const [presentLo, presentHi] = [lowHalf(presence.mask), highHalf(presence.mask)];
  const anyBit = (lo: number, hi: number): boolean =>
    (lo & presentLo) !== 0 || (hi & presentHi) !== 0;
  if (!presence.unlessSpecial) return { isPresent: anyBit, addressHi };
  const special = isWord(parked?.countsAsPresent === false ? parked.value : undefined);
  const mmio = masks.mmio.enabled
    ? hasBits(masks.mmio.mask, masks.mmio.value)
    : (): boolean => false;
  return {
    isPresent: (lo, hi) => anyBit(lo, hi) && !mmio(lo, hi) && !special(lo, hi),
    addressHi,
  };
}

type HalvesTest = (lo: number, hi: number) => boolean;

function hasBits(mask: bigint, value: bigint): HalvesTest {
  const [maskLo, maskHi, valueLo, valueHi] = [
    lowHalf(mask),
    highHalf(mask),
    lowHalf(value),
    highHalf(value),
  ];
  return (lo, hi) => (lo & maskLo) >>> 0 === valueLo && (hi & maskHi) >>> 0 === valueHi;
}

function isWord(word: bigint | undefined): HalvesTest {
  if (word === undefined) return () => false;
  const [wordLo, wordHi] = [lowHalf(word), highHalf(word)];
  return (lo, hi) => lo === wordLo && hi === wordHi;
}

/** Byte address of the table an entry points to. */
export function childTablePa(lo: number, hi: number, addressHi: number): number {
  return (hi & addressHi) * 0x1_0000_0000 + ((lo & 0xffff_f000) >>> 0);
}
