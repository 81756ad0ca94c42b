import { physicalAddressBits } from '../paging/arm64-address';
import type { CpuConfig } from '../paging/cpu';
import type { CompiledFormat, HardwareFormatName } from '../paging/format';
import { bitMask } from '../word';

/** Highest bit of the root's address in the register that holds it; what is above is not address. */
const highestBit: Readonly<Record<HardwareFormatName, number | ((cpu: CpuConfig) => number)>> = {
  // CR3 bits 51:12; bit 63 and 11:0 are no address (SDM vol. 3A 4.5, table 4-12).
  'x86-64': 51,
  // EPTP bits 51:12 (SDM vol. 3C 25.6.11).
  ept: 51,
  // nCR3 is in CR3's form (APM vol. 2 15.25.3).
  npt: 51,
  // CR3 bits 31:5 (SDM vol. 3A 4.4.1) and 31:12 (4.3).
  pae: 31,
  'x86-32': 31,
  // TTBR_ELx, VTTBR_EL2: below the ASID or VMID. A register with LPA keeps bits 51:48 elsewhere:
  // stage1Walk and stage2Walk read such registers (DDI 0487 D17).
  'arm64-stage1': (cpu) => physicalAddressBits(cpu) - 1,
  'arm64-stage2': (cpu) => physicalAddressBits(cpu) - 1,
};

/**
 * The root table's byte address from a whole CR3, nCR3, EPTP or from an address: control bits and
 * what lies below the root's alignment are cut off, AMD's encryption bit too.
 */
export function rootAddress(compiled: CompiledFormat, value: bigint): bigint {
  const { cpu } = compiled.shape;
  const lowest = Math.log2(compiled.rootAlignment);
  const highest = highestBit[compiled.format.name];
  const mask = bitMask(typeof highest === 'number' ? highest : highest(cpu), lowest);
  return value & mask & ~(cpu.smeCBit === undefined ? 0n : 1n << BigInt(cpu.smeCBit));
}
