import { bitMask } from '../word';
import type { CpuConfig } from './cpu';

/** The widest physical address x86 entries have room for (SDM vol. 3A "Paging", APM vol. 2 5.1). */
export const widestPhysBits = 52;
const narrowestPhysBits = 32;

/** A width as a CPU could report it: anything else is moved to the nearest sensible one. */
export function clampPhysBits(bits: number): number {
  return Math.min(widestPhysBits, Math.max(narrowestPhysBits, bits));
}

/**
 * Physical-address bits as CPUID reports them. Unknown: 52, so that no entry is called malformed
 * for a width nobody stated.
 */
export function maxPhysBits(cpu: CpuConfig): number {
  return clampPhysBits(cpu.maxPhysBits ?? widestPhysBits);
}

/** AMD's memory-encryption bit as a mask; 0 without one. Source: APM vol. 2 7.10.1. */
export function encryptionBit(cpu: CpuConfig): bigint {
  if (cpu.smeCBit !== undefined && cpu.smeCBit >= 12 && cpu.smeCBit <= 62) {
    return 1n << BigInt(cpu.smeCBit);
  }
  if (cpu.vendor === 'intel' || cpu.meMask === undefined) return 0n;
  return cpu.meMask === cpu.meValue ? cpu.meMask & bitMask(62, 12) : 0n;
}

/**
 * Address bits the CPU refuses. With memory encryption on AMD, the bits that the encryption took
 * from the address are refused too, but for the C-bit itself (APM vol. 2 7.10.1).
 */
export function reservedAddressBits(cpu: CpuConfig): bigint {
  const cBit = encryptionBit(cpu);
  const width =
    cBit === 0n
      ? maxPhysBits(cpu)
      : Math.min(maxPhysBits(cpu), clampPhysBits(cpu.kernelPhysBits ?? maxPhysBits(cpu)));
  return bitMask(widestPhysBits - 1, width) & ~cBit;
}

/** Bits 51:`low` without the memory-encryption bit: where an entry's address stands. */
export function addressBits(cpu: CpuConfig, low: number): bigint {
  return bitMask(widestPhysBits - 1, low) & ~encryptionBit(cpu);
}
