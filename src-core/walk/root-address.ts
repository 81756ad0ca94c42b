import type { CompiledFormat, HardwareFormatName } from '../paging/format';
import { bitMask } from '../word';

/** Highest bit of the root's address in the register that holds it; what is above is not address. */
const highestBit: Readonly<Record<HardwareFormatName, number>> = {
  // CR3 bits 51:12; bit 63 and 11:0 are no address (SDM vol. 3A 4.5, table 4-12).
  'x86-64': 51,
  // EPTP bits 51:12 (SDM vol. 3C 25.6.11).
  ept: 51,
  // nCR3 is in CR3's form (APM vol. 2 15.25.3).
  npt: 51,
  // CR3 bits 31:5 (SDM vol. 3A 4.4.1) and 31:12 (4.3).
  pae: 31,
  'x86-32': 31,
  // TTBR_ELx, VTTBR_EL2: below the ASID or VMID; with LPA bits 51:48 are kept apart (DDI 0487 D17).
  'arm64-stage1': 51,
  'arm64-stage2': 51,
};

/**
 * The root table's byte address from a whole CR3, nCR3, EPTP or from an address: control bits and
 * what lies below the root's alignment are cut off, AMD's encryption bit too.
 */
export function rootAddress(compiled: CompiledFormat, value: bigint): bigint {
  const { cpu } = compiled.shape;
  const lowest = Math.log2(compiled.rootAlignment);
  const mask = bitMask(highestBit[compiled.format.name], lowest);
  return value & mask & ~(cpu.smeCBit === undefined ? 0n : 1n << BigInt(cpu.smeCBit));
}
