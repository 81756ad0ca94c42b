import { bitField, bitMask, formatWord, setBits } from '../word';
import { granules, type Granule } from './arm64-granule';
import type { Finding } from './decoded-entry';
import type { EntryFormatName } from './entry-format';
import type { TableShape } from './format';

/** A tree of tables as registers set it up: what a walk needs. */
export interface Arm64Walk {
  readonly format: Extract<EntryFormatName, 'arm64-s1' | 'arm64-s2'>;
  /** Byte address of the root table. */
  readonly root: bigint;
  readonly shape: TableShape;
  readonly findings: readonly Finding[];
}

/** Registers that set up no walk: one sentence that says why. */
export interface NoWalk {
  readonly problem: string;
}

/** One bit of a register. */
export function registerBit(value: bigint, bit: number): boolean {
  return bitField(value, bit, bit) === 1n;
}

/** The granule an encoding of TG0 or of TG1 stands for; `undefined`: reserved. */
export function granuleOfEncoding(which: 'tg0' | 'tg1', encoding: bigint): Granule | undefined {
  return Object.values(granules).find((granule) => BigInt(granule[which]) === encoding);
}

/**
 * The root's address in TTBR or VTTBR: bits 47:x, and with more than 48 output bits 51:48 from
 * bits 5:2. Source: Arm ARM (DDI 0487), TTBR0_EL1 and VTTBR_EL2.
 * @param tableShift log2 of the root table's size in bytes
 */
export function rootAddress(
  register: bigint,
  tableShift: number,
  paBits: number,
): { readonly root: bigint; readonly findings: readonly Finding[] } {
  const wide = paBits > 48;
  const low = Math.max(tableShift, wide ? 6 : 4);
  const high = wide ? bitField(register, 5, 2) << 48n : 0n;
  const root = (register & bitMask(47, low)) | high;
  const misaligned = register & bitMask(low - 1, wide ? 6 : 1);
  const findings: Finding[] = [];
  if (misaligned !== 0n) {
    findings.push({
      code: 'root-misaligned',
      severity: 'warning',
      message: `Bits ${low - 1}:${wide ? 6 : 1} of the root's address are not 0: the root table has ${2 ** tableShift} bytes and must be aligned to them; they are left out. Arm ARM (DDI 0487) TTBR0_EL1, VTTBR_EL2`,
      bits: setBits(misaligned),
    });
  }
  if (root >> BigInt(paBits) !== 0n) {
    findings.push({
      code: 'root-exceeds-pa-bits',
      severity: 'error',
      message: `The root ${formatWord(root)} is wider than ${paBits} physical-address bits: every walk ends in an Address size fault, level 0. Arm ARM (DDI 0487) D8.2.4`,
      bits: setBits(root & ~bitMask(paBits - 1, 0) & bitMask(47, 0)),
    });
  }
  return { root, findings };
}
