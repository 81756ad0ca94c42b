import type { CpuConfig } from '../paging/cpu';
import { badMemoryTypeXwr } from '../paging/ept-malformed';
import { clampPhysBits } from '../paging/physical-address';
import { bitMask } from '../word';
import type { SpteMasks } from './spte-masks';

/**
 * KVM's own reserved-bit tables for the entries it writes. They differ from the CPU's: KVM builds
 * them for its own use of a format. Source: `__reset_rsvds_bits_mask()`, `__reset_rsvds_bits_mask_ept()`,
 * `reset_tdp_shadow_zero_bits_mask()`, `reset_shadow_zero_bits_mask()` in arch/x86/kvm/mmu/mmu.c.
 */

const pageSizeBit = 0x80n;
const noExecuteAndAbove = bitMask(63, 63);

/** First address bit that is reserved; 52: none, or the width is unknown. */
function addressWidth(masks: SpteMasks, cpu: CpuConfig): number {
  const width =
    masks.era.reserved.width === 'kernel'
      ? (cpu.kernelPhysBits ?? cpu.maxPhysBits)
      : cpu.maxPhysBits;
  return width === undefined ? 52 : clampPhysBits(width);
}

/** Encryption bits: two-dimensional paging allows them all, shadow paging only the value it uses. */
function withEncryption(masks: SpteMasks, bits: bigint): bigint {
  if (masks.format.twoDimensional || !masks.era.meValueSplit) return bits & ~masks.meMask;
  return (bits | masks.meMask) & ~masks.meValue;
}

function eptTable(masks: SpteMasks, cpu: CpuConfig, level: number, large: boolean): bigint {
  if (level >= 4) return bitMask(7, 3);
  if (level === 1) return 0n;
  if (!large) return bitMask(6, 3);
  const highest = cpu.hugeLevel ?? (cpu.gbPages === false ? 2 : 3);
  const tooLarge = masks.era.reserved.eptPageSizes && level > highest ? pageSizeBit : 0n;
  return bitMask(9 * level + 2, 12) | tooLarge;
}

function longModeTable(masks: SpteMasks, cpu: CpuConfig, level: number, large: boolean): bigint {
  if (level >= 4) return 0x180n;
  if (level === 3 && large) return bitMask(29, 13) | (cpu.gbPages === false ? pageSizeBit : 0n);
  if (level === 3) return masks.era.reserved.bit8AtLevel3 ? 0x100n : 0n;
  return level === 2 && large ? bitMask(20, 13) : 0n;
}

function paeTable(level: number, large: boolean): bigint {
  const aboveAddress = bitMask(62, 52);
  if (level === 3) return aboveAddress | noExecuteAndAbove | bitMask(8, 5) | bitMask(2, 1);
  return level === 2 && large ? aboveAddress | bitMask(20, 13) : aboveAddress;
}

/**
 * `get_rsvd_bits()`: the bits that must be clear in an entry like this one.
 * @param spte decides by bit 7 which half of the table counts.
 */
export function reservedMask(
  masks: SpteMasks,
  cpu: CpuConfig,
  level: number,
  spte: bigint,
): bigint {
  const large = (spte & pageSizeBit) !== 0n;
  const high = bitMask(51, addressWidth(masks, cpu));
  if (masks.format.ept) return withEncryption(masks, high | eptTable(masks, cpu, level, large));
  const table = masks.format.highBitsFree
    ? longModeTable(masks, cpu, level, large)
    : paeTable(level, large);
  return withEncryption(masks, high | table);
}

/** Direct tables are checked as if the CPU had no execute-only translations. */
const directMap = badMemoryTypeXwr(false);

/** `__is_bad_mt_xwr()`: user execute counts as execute. `false` outside EPT. */
export function isBadMemoryTypeXwr(masks: SpteMasks, spte: bigint): boolean {
  if (!masks.format.ept) return false;
  const execute = (spte & masks.userExecute) === 0n ? spte : spte | 4n;
  return ((directMap >> (execute & 0x3fn)) & 1n) === 1n;
}
