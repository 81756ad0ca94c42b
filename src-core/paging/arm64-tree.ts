import { bitMask, highHalf, lowHalf } from '../word';
import { addressSizeBits, outputLayout, scatteredAddress } from './arm64-address';
import { blockAllowed, type DescriptorType } from './arm64-fields';
import { granuleOf, levelShift, type Granule } from './arm64-granule';
import type { CpuConfig } from './cpu';
import type { HardwareKind, LevelRule, TableShape } from './format';
import { levelRule } from './level-rule';

/** What the two stages set differently for a tree. */
interface TreeKind {
  /** Further index bits the root may have: log2 of the most tables it may concatenate. */
  readonly concatenation: number;
  /** Input width where none is given and the number of levels fits it. */
  readonly usualBits: number;
}

interface Tree {
  /** By level, from 1. */
  readonly indexBits: readonly number[];
  readonly addressBits: number;
  readonly rootAlignment: number;
}

/** Bytes every root is aligned to whatever its size: a 52-bit base address leaves 6 bits. */
const leastRootShift = 6;

/**
 * How an input address is cut into indices. The root takes what the lower levels leave; never more
 * than its table, or its concatenated tables, can hold.
 */
export function arm64Tree(granule: Granule, shape: TableShape, kind: TreeKind): Tree {
  const levels = Math.min(Math.max(shape.levels, 1), granule.mostLevels);
  const shift = levelShift(granule, levels);
  const most = shift + granule.stride + kind.concatenation;
  const usual = kind.usualBits > shift && kind.usualBits <= most ? kind.usualBits : undefined;
  const wanted = shape.inputBits ?? usual ?? Math.min(shift + granule.stride, inputLimit(levels));
  const addressBits = Math.min(Math.max(wanted, shift + 1), most);
  const rootBits = addressBits - shift;
  return {
    indexBits: Array.from({ length: levels }, (_, i) =>
      i + 1 === levels ? rootBits : granule.stride,
    ),
    addressBits,
    rootAlignment: 2 ** Math.max(rootBits + 3, leastRootShift),
  };
}

function inputLimit(levels: number): number {
  return levels === 5 ? 52 : 48;
}

/** Whether an address belongs to the tree: its bits above the width say which half it is in. */
export function addressTest(
  addressBits: number,
  shape: Pick<TableShape, 'half' | 'ignoreTopByte'>,
): (lo: number, hi: number) => boolean {
  const above = bitMask(shape.ignoreTopByte === true ? 55 : 63, addressBits);
  const aboveLo = lowHalf(above);
  const aboveHi = highHalf(above);
  const { half } = shape;
  return (lo, hi) => {
    const low = (lo & aboveLo) >>> 0;
    const high = (hi & aboveHi) >>> 0;
    if (low === 0 && high === 0) return half !== 'high';
    return low === aboveLo && high === aboveHi && half !== 'low';
  };
}

/** Values of bits 5:0 that are no block or page: 01 where none may stand. */
const reservedType = Array.from({ length: 64 }, (_, value) => value)
  .filter((value) => (value & 3) === 1)
  .reduce((map, value) => map | (1n << BigInt(value)), 0n);

interface StageMasks {
  readonly table: { readonly grants?: bigint; readonly denies?: bigint };
  readonly leaf: { readonly grants?: bigint; readonly denies?: bigint };
}

const accessFlag = 1 << 10;

/** One level of either stage as hot loops read it. */
export function arm64LevelRule(
  level: number,
  indexBits: number,
  cpu: CpuConfig,
  stage: StageMasks,
): LevelRule {
  const granule = granuleOf(cpu);
  const layout = outputLayout(cpu);
  const scattered = scatteredAddress(layout, granule, level);
  const block = level > 1 && blockAllowed(level, cpu);
  const reserved = addressSizeBits(cpu, granule.pageShift);
  const plain = (low: number) => bitMask(layout.plainTop, low);
  const faultsWithoutFlag = cpu.ignoreAccessFlag !== true && cpu.hardwareAccessFlag !== true;
  return {
    ...levelRule({
      level,
      shift: levelShift(granule, level),
      indexBits,
      present: 1n,
      leafWhen: level === 1 ? 'always' : { mask: 2, value: 0 },
      table: { address: plain(granule.pageShift), reserved, ...stage.table },
      leaf: {
        address: plain(levelShift(granule, level)),
        reserved,
        ...(block ? {} : { bad: reservedType }),
        ...stage.leaf,
      },
      ...(scattered ? { scattered } : {}),
    }),
    leafNeededLo: faultsWithoutFlag ? accessFlag : 0,
  };
}

/** The descriptor type behind the hardware's view of an entry, where only that is known. */
export function hardwareDescriptor(
  kind: HardwareKind,
  level: number,
  cpu: CpuConfig,
): DescriptorType {
  if (kind === 'none') return 'invalid';
  if (kind === 'table') return 'table';
  if (level === 1) return 'page';
  return blockAllowed(level, cpu) ? 'block' : 'reserved';
}
