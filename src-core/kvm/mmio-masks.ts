import { bitMask } from '../word';
import type { EraRow, LegacyMmioRow } from './era-row';
import type { HostCpu } from './host-cpu';

/** How an MMIO entry is told and made. */
export interface MmioMasks {
  /** `(spte & mask) === value` tells an MMIO entry. */
  readonly mask: bigint;
  readonly value: bigint;
  /** What a new MMIO entry starts from. */
  readonly written: bigint;
  /** `shadow_mmio_access_mask`: rights that are kept. */
  readonly access: bigint;
  /** Off: this host has no MMIO entries. */
  readonly enabled: boolean;
}

const presentBit = 1n;
const writeAndUser = 6n;
/** `SHADOW_NONPRESENT_OR_RSVD_MASK_LEN`. */
const l1tfBits = 5;
/** Above this many cacheable address bits the mitigation has no room. Source: mmu.c, spte.c. */
const l1tfWidest = 47;

/**
 * With AMD memory encryption the reserved address bits begin at the reduced width, or one above it
 * where the encryption bit itself stands there. Source: `svm_adjust_mmio_mask()`, svm.c.
 */
function encryptedReserved(host: HostCpu): bigint {
  const first = BigInt(host.kernelPhysBits);
  const low = host.encryptionBit === 1n << first ? host.kernelPhysBits + 1 : host.kernelPhysBits;
  return low < 52 ? bitMask(51, low) | presentBit : 0n;
}

/** Reserved address bits and P. Source: `kvm_set_mmio_spte_mask()`, x86.c, mmu.c, spte.c. */
function plainReserved(row: LegacyMmioRow, physBits: number): bigint {
  const noneReserved = physBits >= 52;
  if (noneReserved && row.leftOutAt52 === 'both') return 0n;
  const address = row.address === 'bit-51' ? 1n << 51n : bitMask(51, physBits);
  return noneReserved ? address : address | presentBit;
}

function legacyMmio(era: EraRow, host: HostCpu): { mask: bigint; value: bigint; written: bigint } {
  const row = era.mmio.legacy;
  const physBits = era.reserved.width === 'kernel' ? host.kernelPhysBits : host.maxPhysBits;
  const reserved =
    era.mmio.smeAdjust && host.encryptionBit !== 0n
      ? encryptedReserved(host)
      : plainReserved(row, physBits);
  const written = row.software | reserved;
  return row.bySoftwareBits
    ? { mask: row.software, value: row.software, written }
    : { mask: written, value: written, written };
}

/** The MMIO masks of one layout on one host. */
export function mmioMasks(era: EraRow, ept: boolean, host: HostCpu, l1tf: bigint): MmioMasks {
  const masks = ept ? era.mmio.ept : legacyMmio(era, host);
  const access = ept ? 0n : writeAndUser;
  if (!era.mmio.canBeOff) return { ...masks, access, enabled: true };
  if (ept && era.mmio.tdx && host.tdx) {
    // A TDX guest's own value: no rights and no suppress-#VE, so that the guest gets a #VE.
    return { mask: masks.mask, value: 0n, written: 0n, access, enabled: host.mmioCaching };
  }
  const collides = (masks.value & (l1tf << BigInt(l1tfBits))) !== 0n;
  if (!host.mmioCaching || collides || masks.value === 0n) {
    return { mask: masks.mask, value: 0n, written: 0n, access, enabled: false };
  }
  return { ...masks, access, enabled: true };
}

/**
 * The five topmost cacheable address bits that MMIO entries must not show on a CPU with L1TF, and
 * the frame-number bits below them. Source: `kvm_mmu_reset_all_pte_masks()`, mmu.c, spte.c.
 */
export function l1tfMasks(era: EraRow, host: HostCpu): { mask: bigint; lowerGfn: bigint } {
  const inactive = { mask: 0n, lowerGfn: bitMask(host.kernelPhysBits - 1, 12) };
  const width = era.mmio.l1tf === 'narrow-physical' ? host.kernelPhysBits : host.cacheBits;
  if (era.mmio.l1tf === 'never' || width >= l1tfWidest) return inactive;
  if (era.mmio.l1tf === 'bug-and-narrow-cache' && !host.l1tfBug) return inactive;
  return {
    mask: bitMask(width - 1, width - l1tfBits),
    lowerGfn: bitMask(width - l1tfBits - 1, 12),
  };
}
