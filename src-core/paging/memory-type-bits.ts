import type { CpuConfig } from './cpu';
import type { HardwareFormatName } from './format';

/** Bits of a leaf that say its memory type, highest first. */
type TypeBits = (level: number, cpu: CpuConfig) => readonly number[];

/** PAT, PCD, PWT: SDM vol. 3A table 5-20 and 13.12; PAT is bit 12 of a large page. */
const pat: TypeBits = (level) => [level === 1 ? 7 : 12, 4, 3];

/** With LPA2 bits 9:8 are address bits and shareability is in the TCR. DDI 0487 D8.3.1. */
const shareability = (cpu: CpuConfig): readonly number[] => (cpu.lpa2 === true ? [] : [9, 8]);

const typeBits: Readonly<Record<HardwareFormatName, TypeBits>> = {
  'x86-64': pat,
  npt: pat,
  pae: pat,
  'x86-32': pat,
  // "Ignore PAT", and the type itself: SDM vol. 3C 30.3.7.2.
  ept: () => [6, 5, 4, 3],
  // AttrIndx[2:0]: DDI 0487 D8.6.
  'arm64-stage1': (_level, cpu) => [...shareability(cpu), 4, 3, 2],
  // MemAttr[3:0]: DDI 0487 D8.6.
  'arm64-stage2': (_level, cpu) => [...shareability(cpu), 5, 4, 3, 2],
};

/** What a leaf says about its memory type, as a number that is equal where the type is. */
export function memoryTypeBits(
  format: HardwareFormatName,
  level: number,
  lo: number,
  cpu: CpuConfig,
): number {
  return typeBits[format](level, cpu).reduce((type, bit) => type * 2 + ((lo >>> bit) & 1), 0);
}
