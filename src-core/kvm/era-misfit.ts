import { describeBits } from '../paging/bit-runs';
import { bitMask } from '../word';
import { savedField } from './access-tracking';
import { generationBits, isHostWritable, isMmuWritable, isWritable } from './spte';
import { patternText } from './entry-pattern';
import type { SpteMasks } from './spte-masks';
import { adTypeName } from './spte-facts';
import type { SpteReading } from './spte-reading';

/**
 * Why a kernel of one era would not have written an entry: the ground for guessing the era from the
 * bits. Source: how KVM makes entries (`make_spte`, `make_nonleaf_spte`, `make_mmio_spte`, spte.c).
 */

const pageAddress = bitMask(51, 12);
/** Hardware bits KVM or the CPU set in its entries: rights, memory type, IPAT, PS, A and D. */
const eptLeafBits = 0x3ffn;
const eptTableBits = 0x107n;
/** P, W, U, A, D, PS and NX; KVM sets neither PWT, PCD nor G. */
const legacyLeafBits = 0x80000000000000e7n;
const legacyTableBits = 0x27n;

function presenceBit(masks: SpteMasks): bigint {
  return masks.era.presence.unlessSpecial ? 0n : masks.era.presence.mask;
}

/** Bits an era's present entry may have. */
function allowedBits(masks: SpteMasks, leaf: boolean): bigint {
  const { ept, highBitsFree } = masks.format;
  const adType = highBitsFree ? (masks.era.adType?.mask ?? 0n) : 0n;
  const common = pageAddress | presenceBit(masks) | masks.present | adType | masks.userExecute;
  if (!leaf) return common | (ept ? eptTableBits : legacyTableBits);
  const saved = ept ? savedField(masks) : 0n;
  const software = masks.hostWritable | masks.mmuWritable | saved;
  return common | software | (ept ? eptLeafBits : legacyLeafBits);
}

/** Bits an era's present entry always has: a table every right, a leaf what access tracking leaves. */
function requiredBits(masks: SpteMasks, leaf: boolean): bigint {
  const { ept, highBitsFree } = masks.format;
  const kept = presenceBit(masks) | (ept ? masks.present & (1n << 63n) : masks.present);
  if (leaf) return kept;
  // P, W and U; KVM's own PAE directory pointers have P alone, but are not MMU-present either.
  const rights = ept ? 7n | masks.userExecute : 7n;
  return kept | (ept || highBitsFree ? rights : 1n);
}

/** Without A/D bits in hardware: either nobody sets bits 9:8, or KVM does, D together with W. */
function softwareAdMisfit(masks: SpteMasks, value: bigint): string | null {
  if (!masks.era.ept.adMasksAlways) {
    return (value & 0x300n) === 0n ? null : 'bits 9:8 would be clear where A/D bits are off';
  }
  return isWritable(value) && (value & masks.dirty) === 0n ? 'W would not be set without D' : null;
}

function presentMisfit({ masks, value, kind }: SpteReading): string | null {
  const stray = value & ~allowedBits(masks, kind === 'leaf');
  if (stray !== 0n) return `${describeBits(stray)} would be clear`;
  const missing = requiredBits(masks, kind === 'leaf') & ~value;
  if (missing !== 0n) return `${describeBits(missing)} would be set`;
  const type = adTypeName(masks, value);
  if (type === 'unused') return 'the A/D kind 3 is not used';
  if (kind === 'table') return null;
  if (type === 'disabled' && masks.format.ept) {
    const softwareAd = softwareAdMisfit(masks, value);
    if (softwareAd !== null) return softwareAd;
  }
  const host = isHostWritable(masks, value);
  const mmu = isMmuWritable(masks, value);
  if (mmu && !host) return 'MMU-writable would not be set without host-writable';
  if (isWritable(value) && !mmu) return 'W would not be set without MMU-writable';
  if (type !== 'disabled' && masks.format.ept && (value & savedField(masks)) !== 0n) {
    return 'no permissions would be parked where A/D bits are in use';
  }
  return null;
}

function mmioMisfit({ masks, value, level }: SpteReading): string | null {
  if (level !== 1) return 'MMIO entries would stand at level 1 only';
  const { written, mask, access } = masks.mmio;
  const kept = pageAddress | generationBits(masks) | written | mask | access;
  const stray = value & ~kept;
  if (stray !== 0n) return `${describeBits(stray)} would be clear`;
  const missing = written & ~value;
  return missing === 0n ? null : `${describeBits(missing)} would be set`;
}

/** Why this era's KVM would not have left this entry; `null`: it could have. */
export function eraMisfit(reading: SpteReading): string | null {
  switch (reading.kind) {
    case 'leaf':
    case 'table':
      return presentMisfit(reading);
    case 'mmio':
      return mmioMisfit(reading);
    case 'empty':
      return reading.value === reading.masks.era.initialValue
        ? null
        : `an empty entry would be 0x${reading.masks.era.initialValue.toString(16)}`;
    case 'not-present':
      return reading.specialRoot
        ? null
        : `entries like ${patternText(reading.value)} would not be written`;
    default:
      return null;
  }
}
