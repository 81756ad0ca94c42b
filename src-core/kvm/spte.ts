import { bitField, bitMask } from '../word';
import type { SpteMasks } from './spte-masks';

/**
 * KVM's own questions about a shadow page table entry. Each reads the layout's masks; none knows a
 * kernel version. Names and rules: `arch/x86/kvm/mmu/spte.h` (mmu.c before v5.10).
 */

const pageSizeBit = 0x80n;
const writeBit = 2n;
const noWord = 0xffff_ffff_ffff_ffffn;

/** `is_mmio_spte()`. */
export function isMmio(masks: SpteMasks, spte: bigint): boolean {
  return masks.mmio.enabled && (spte & masks.mmio.mask) === masks.mmio.value;
}

/** `is_removed_spte()`, `is_frozen_spte()`: equal to the constant parked there. */
export function isParked(masks: SpteMasks, spte: bigint): boolean {
  return masks.era.parked !== null && spte === masks.era.parked.value;
}

/** `is_shadow_present_pte()`. */
export function isShadowPresent(masks: SpteMasks, spte: bigint): boolean {
  const { presence, parked } = masks.era;
  if ((spte & presence.mask) === 0n) return false;
  if (!presence.unlessSpecial) return true;
  return !isMmio(masks, spte) && (!isParked(masks, spte) || parked!.countsAsPresent);
}

/** `is_large_pte()`: bit 7, whatever the level. */
export function isLarge(spte: bigint): boolean {
  return (spte & pageSizeBit) !== 0n;
}

/** `is_last_spte()`: maps a page. */
export function isLast(spte: bigint, level: number): boolean {
  return level === 1 || isLarge(spte);
}

/** `spte_ad_enabled()`; `null`: the kernel has no such kind. */
export function adEnabled(masks: SpteMasks, spte: bigint): boolean | null {
  const rule = masks.era.adType;
  return rule && (spte & rule.mask) !== rule.disabled;
}

/** `is_access_track_spte()`; `null`: the kernel has no access tracking. */
export function isAccessTracked(masks: SpteMasks, spte: bigint): boolean | null {
  if (masks.era.accessTracking === null) return null;
  return adEnabled(masks, spte) === false && (spte & masks.accessTrack) === 0n;
}

/** Accessed or dirty bit an entry uses; 0: none, because of its kind or the CPU. */
function adBit(masks: SpteMasks, spte: bigint, bit: bigint): bigint {
  return masks.era.plainAccessedDirty || adEnabled(masks, spte) === true ? bit : 0n;
}

/** `is_accessed_spte()`: without an accessed bit, whatever is not tracked counts as accessed. */
export function isAccessed(masks: SpteMasks, spte: bigint): boolean {
  const bit = adBit(masks, spte, masks.accessed);
  return bit === 0n && !masks.era.plainAccessedDirty
    ? isAccessTracked(masks, spte) !== true
    : (spte & bit) !== 0n;
}

/** `is_dirty_spte()`: without a dirty bit, whatever is writable; in kernels without it, the plain bit. */
export function isDirty(masks: SpteMasks, spte: bigint): boolean {
  const bit = adBit(masks, spte, masks.dirty);
  return bit === 0n && !masks.era.plainAccessedDirty ? isWritable(spte) : (spte & bit) !== 0n;
}

/** `is_writable_pte()`. */
export function isWritable(spte: bigint): boolean {
  return (spte & writeBit) !== 0n;
}

/** `is_executable_pte()`; with mode-based execute control: for the supervisor. */
export function isExecutable(masks: SpteMasks, spte: bigint): boolean {
  return (spte & (masks.x | masks.nx)) === masks.x;
}

/** The host-writable and MMU-writable bits themselves. */
export function isHostWritable(masks: SpteMasks, spte: bigint): boolean {
  return (spte & masks.hostWritable) !== 0n;
}

export function isMmuWritable(masks: SpteMasks, spte: bigint): boolean {
  return (spte & masks.mmuWritable) !== 0n;
}

/** May be made writable without the lock: `spte_can_locklessly_be_made_writable()`, `is_mmu_writable_spte()`. */
export function isLocklesslyWritable(masks: SpteMasks, spte: bigint): boolean {
  const hostToo = masks.era.locklessWritable === 'host-and-mmu';
  return isMmuWritable(masks, spte) && (!hostToo || isHostWritable(masks, spte));
}

type VolatileRule = (masks: SpteMasks, spte: bigint) => boolean;

/** The CPU may still set a bit: A where it is clear, or D where the entry is writable. */
function hardwareMayWrite(masks: SpteMasks, spte: bigint): boolean {
  if (adEnabled(masks, spte) === false) return false;
  return (spte & masks.accessed) === 0n || (isWritable(spte) && (spte & masks.dirty) === 0n);
}

const volatileRules: Readonly<Record<SpteMasks['era']['atomicUpdate'], VolatileRule>> = {
  'writable-pair': (masks, spte) =>
    (isMmuWritable(masks, spte) && isHostWritable(masks, spte)) ||
    isAccessTracked(masks, spte) === true ||
    hardwareMayWrite(masks, spte),
  'write-protected': (masks, spte) =>
    (!isWritable(spte) && isMmuWritable(masks, spte)) ||
    isAccessTracked(masks, spte) === true ||
    hardwareMayWrite(masks, spte),
  'ad-disabled': (masks, spte) =>
    (!isWritable(spte) && isMmuWritable(masks, spte)) ||
    adEnabled(masks, spte) === false ||
    (isWritable(spte) && (spte & masks.dirty) === 0n),
};

/** `spte_has_volatile_bits()`, `spte_needs_atomic_update()`, for a present entry. */
export function isVolatile(masks: SpteMasks, spte: bigint): boolean {
  return volatileRules[masks.era.atomicUpdate](masks, spte);
}

/** `spte_ad_need_write_protect()`. */
export function adNeedsWriteProtection(masks: SpteMasks, spte: bigint): boolean | null {
  const rule = masks.era.adType;
  return rule && (spte & rule.mask) !== 0n;
}

/** `is_ept_ve_possible()`: a violation on it could become a #VE in the guest; `null`: no such test yet. */
export function isVePossible(masks: SpteMasks, spte: bigint): boolean | null {
  if (masks.era.initialValue === 0n) return null;
  const suppressVe = masks.present & (1n << 63n);
  return suppressVe !== 0n && (spte & suppressVe) === 0n && (spte & 7n) !== 6n;
}

/** `spte_to_pfn()`: what KVM takes for the frame number, the PAT bit of a large page included. */
export function frameNumber(masks: SpteMasks, spte: bigint): bigint {
  return (spte & masks.address) >> 12n;
}

/** Bits in which an MMIO entry keeps the generation. */
export function generationBits(masks: SpteMasks): bigint {
  return masks.era.mmio.generation.parts.reduce(
    (bits, part) => bits | bitMask(part.high, part.low),
    0n,
  );
}

/** `get_mmio_spte_generation()`. */
export function mmioGeneration(masks: SpteMasks, spte: bigint): bigint {
  const { parts, clearsMask } = masks.era.mmio.generation;
  const read = clearsMask ? spte & ~masks.mmio.mask : spte;
  return parts.reduce(
    (generation, part) =>
      generation | (bitField(read, part.readHigh ?? part.high, part.low) << BigInt(part.at)),
    0n,
  );
}

/** Everything but generation and mask: what kernels before the L1TF fixes took for GFN and access. */
function residue(masks: SpteMasks, spte: bigint): bigint {
  return spte & ~(generationBits(masks) | masks.mmio.mask) & noWord;
}

/** `get_mmio_spte_gfn()`: the L1TF bits are moved back. */
export function mmioGfn(masks: SpteMasks, spte: bigint): bigint {
  if (masks.era.mmio.gfn === 'residue') return residue(masks, spte) >> 12n;
  return ((spte & masks.lowerGfn) | ((spte >> 5n) & masks.l1tf)) >> 12n;
}

/** `get_mmio_spte_access()`. */
export function mmioAccess(masks: SpteMasks, spte: bigint): number {
  const kept =
    masks.era.mmio.access === 'residue' ? residue(masks, spte) & 0xfffn : spte & masks.mmio.access;
  return Number(kept);
}
