import { bitField } from '../word';
import { architectureLevel, levelShift } from './arm64-granule';
import { bitsOfPaRange } from './arm64-parange';
import {
  granuleOfEncoding,
  registerBit,
  rootAddress,
  type Arm64Walk,
  type NoWalk,
} from './arm64-register-walk';
import { startLevelFromSl0 } from './arm64-start-levels';
import type { CpuConfig } from './cpu';

export interface Stage2Registers {
  readonly vttbr: bigint;
  readonly vtcr: bigint;
  /** HCR_EL2: tells whether stage 2 forces write-back (FWB). */
  readonly hcr?: bigint;
}

/** A stage-2 tree without its root, as VTCR_EL2 sets it up. */
export interface Stage2Shape {
  readonly levels: number;
  readonly inputBits: number;
  readonly cpu: CpuConfig;
  /** log2 of the bytes of the root, all its concatenated tables. */
  readonly rootShift: number;
}

const fwb = 46;

/**
 * Reads VTCR_EL2: T0SZ 5:0, SL0 7:6, TG0 15:14, PS 18:16, HA 21, HD 22, DS 32, SL2 33.
 * Sources: Arm ARM (DDI 0487) VTCR_EL2; QEMU `check_s2_mmu_setup()`.
 */
export function readVtcr(vtcr: bigint): Stage2Shape | NoWalk {
  const granule = granuleOfEncoding('tg0', bitField(vtcr, 15, 14));
  if (!granule) return { problem: 'VTCR_EL2.TG0 is 3, which is reserved: no granule' };
  const ds = granule.name !== '64K' && registerBit(vtcr, 32);
  const paRange = Number(bitField(vtcr, 18, 16));
  const declared = bitsOfPaRange(paRange);
  if (declared === undefined) return { problem: `VTCR_EL2.PS is ${paRange}, which is reserved` };
  const paBits = granule.name === '64K' || ds ? declared : Math.min(declared, 48);
  const inputBits = 64 - Number(bitField(vtcr, 5, 0));
  const sl0 = Number(bitField(vtcr, 7, 6));
  const sl2 = ds && granule.name === '4K' && registerBit(vtcr, 33) ? 1 : 0;
  const start = startLevelFromSl0(granule, sl0, sl2);
  if (!start) {
    return { problem: `VTCR_EL2.SL0 is ${sl0}, which is reserved for the ${granule.name} granule` };
  }
  if (start.startLevel < 1 && granule.name === '16K' && !ds) {
    return { problem: 'VTCR_EL2.SL0 is 3: a 16K walk from level 0 needs DS (FEAT_LPA2)' };
  }
  const most = ds || granule.name === '64K' ? start.ipaMax : Math.min(start.ipaMax, 48);
  if (inputBits < start.ipaMin || inputBits > most) {
    return {
      problem:
        `VTCR_EL2 asks for ${inputBits} IPA bits (T0SZ) from level ${start.startLevel} (SL0), which serves ` +
        `${start.ipaMin} to ${most}: every walk is a Translation fault, level 0`,
    };
  }
  const levels = architectureLevel(start.startLevel);
  return {
    levels,
    inputBits,
    rootShift: inputBits - levelShift(granule, levels) + 3,
    cpu: {
      granule: granule.name,
      paBits,
      lpa2: ds,
      hardwareAccessFlag: registerBit(vtcr, 21),
      hardwareDirty: registerBit(vtcr, 22),
    },
  };
}

/** The stage-2 tree that VTTBR_EL2 and VTCR_EL2 set up, or why they set up none. */
export function stage2Walk(registers: Stage2Registers): Arm64Walk | NoWalk {
  const { vttbr, vtcr, hcr } = registers;
  const shape = readVtcr(vtcr);
  if ('problem' in shape) return shape;
  const { levels, inputBits, rootShift } = shape;
  const { root, findings } = rootAddress(vttbr, rootShift, shape.cpu.paBits ?? 48);
  const cpu = hcr === undefined ? shape.cpu : { ...shape.cpu, fwb: registerBit(hcr, fwb) };
  return { format: 'arm64-s2', root, shape: { levels, inputBits, cpu }, findings };
}
