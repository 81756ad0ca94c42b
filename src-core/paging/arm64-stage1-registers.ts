import { bitField } from '../word';
import { levelShift, levelsForBits } from './arm64-granule';
import { bitsOfPaRange } from './arm64-parange';
import {
  granuleOfEncoding,
  registerBit,
  rootAddress,
  type Arm64Walk,
  type NoWalk,
} from './arm64-register-walk';
import { regimeOf } from './arm64-regimes';
import type { CpuConfig } from './cpu';

export interface Stage1Registers {
  /** TTBR0 or TTBR1, as `half` says. */
  readonly ttbr: bigint;
  readonly tcr: bigint;
  readonly mair?: bigint;
  /** A name of `arm64-regimes.ts`; EL1&0 where none is given. */
  readonly regime?: string;
  /** `low`: TTBR0 and the fields that end in 0; `high`: TTBR1. */
  readonly half?: 'low' | 'high';
}

/** Where TCR keeps what a walk needs. */
interface TcrLayout {
  readonly size: number;
  readonly granule: readonly [which: 'tg0' | 'tg1', high: number, low: number];
  readonly paRange: number;
  readonly disabled: number | null;
  readonly topByteIgnored: number;
  readonly noTablePermissions: number;
  readonly ha: number;
  readonly hd: number;
  readonly ds: number;
}

const el1 = { paRange: 32, ha: 39, hd: 40, ds: 59 } as const;

/** Lowest bits of the fields. Source: Arm ARM (DDI 0487) TCR_EL1, TCR_EL2 (E2H = 0). */
const tcrLayouts: Readonly<Record<'low' | 'high' | 'el2', TcrLayout>> = {
  low: {
    ...el1,
    size: 0,
    granule: ['tg0', 15, 14],
    disabled: 7,
    topByteIgnored: 37,
    noTablePermissions: 41,
  },
  high: {
    ...el1,
    size: 16,
    granule: ['tg1', 31, 30],
    disabled: 23,
    topByteIgnored: 38,
    noTablePermissions: 42,
  },
  el2: {
    size: 0,
    granule: ['tg0', 15, 14],
    paRange: 16,
    disabled: null,
    topByteIgnored: 20,
    noTablePermissions: 24,
    ha: 21,
    hd: 22,
    ds: 32,
  },
};

/** Which half of the address space an address is in: bit 55 decides. Source: Arm ARM D8.2. */
export function stage1Half(address: bigint): 'low' | 'high' {
  return (address >> 55n) & 1n ? 'high' : 'low';
}

/** Fewest VA bits a TCR may ask for: T0SZ up to 48 with FEAT_TTST. */
const fewestBits = 16;

/** A stage-1 tree without its root, as TCR sets up this half. */
export interface Stage1Shape {
  readonly levels: number;
  readonly inputBits: number;
  readonly cpu: CpuConfig;
  readonly half: 'low' | 'high';
  readonly ignoreTopByte: boolean;
  /** log2 of the root table's bytes. */
  readonly rootShift: number;
}

/** Reads one half of TCR_EL1, or TCR_EL2 for a regime with a single privilege level. */
export function readTcr(
  tcr: bigint,
  half: 'low' | 'high' = 'low',
  regimeName?: string,
): Stage1Shape | NoWalk {
  const regime = regimeOf(regimeName);
  const layout = tcrLayouts[regime.user ? half : 'el2'];
  const number = half === 'high' ? 1 : 0;
  if (layout.disabled !== null && registerBit(tcr, layout.disabled)) {
    return {
      problem: `TCR.EPD${number} is set: a TLB miss in this half faults, nothing is walked`,
    };
  }
  const [which, high, low] = layout.granule;
  const granule = granuleOfEncoding(which, bitField(tcr, high, low));
  if (!granule)
    return { problem: `TCR.TG${number} is ${bitField(tcr, high, low)}, which is reserved` };
  const declared = bitsOfPaRange(Number(bitField(tcr, layout.paRange + 2, layout.paRange)));
  if (declared === undefined) return { problem: 'TCR.IPS is 7, which is reserved' };
  const ds = granule.name !== '64K' && registerBit(tcr, layout.ds);
  const wide = granule.name === '64K' || ds;
  const inputBits = 64 - Number(bitField(tcr, layout.size + 5, layout.size));
  const most = wide ? 52 : 48;
  if (inputBits > most || inputBits < Math.max(fewestBits, granule.pageShift + 1)) {
    return {
      problem: `TCR.T${number}SZ asks for ${inputBits} address bits; the ${granule.name} granule has at most ${most} here`,
    };
  }
  const levels = Math.max(1, levelsForBits(granule, inputBits));
  return {
    levels,
    inputBits,
    half,
    ignoreTopByte: registerBit(tcr, layout.topByteIgnored),
    rootShift: inputBits - levelShift(granule, levels) + 3,
    cpu: {
      granule: granule.name,
      paBits: wide ? declared : Math.min(declared, 48),
      lpa2: ds,
      regime: regime.name,
      hardwareAccessFlag: registerBit(tcr, layout.ha),
      hardwareDirty: registerBit(tcr, layout.hd),
      noTablePermissions: registerBit(tcr, layout.noTablePermissions),
    },
  };
}

/** The stage-1 tree that TTBR and TCR set up for one half of the address space, or why none. */
export function stage1Walk(registers: Stage1Registers): Arm64Walk | NoWalk {
  const shape = readTcr(registers.tcr, registers.half, registers.regime);
  if ('problem' in shape) return shape;
  const { levels, inputBits, half, ignoreTopByte, rootShift } = shape;
  const { root, findings } = rootAddress(registers.ttbr, rootShift, shape.cpu.paBits ?? 48);
  const { mair } = registers;
  const cpu = mair === undefined ? shape.cpu : { ...shape.cpu, mair };
  return {
    format: 'arm64-s1',
    root,
    shape: { levels, inputBits, half, ignoreTopByte, cpu },
    findings,
  };
}
