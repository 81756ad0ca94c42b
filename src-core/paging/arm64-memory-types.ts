import { namedMairs } from './arm64-mair';
import type { CpuConfig } from './cpu';

/** A memory type with its name in the vector files, and the sentence about it. */
export interface MemoryType {
  readonly name: string;
  readonly meaning: string;
}

const devices = ['nGnRnE', 'nGnRE', 'nGRE', 'GRE'] as const;
const caching = ['', 'NC', 'WT', 'WB'] as const;

const device = (index: number): MemoryType => ({
  name: `Device-${devices[index & 3]!}`,
  meaning: `Device memory, ${devices[index & 3]!}`,
});

const reservedType: MemoryType = { name: 'reserved', meaning: 'reserved encoding' };

/** `Normal-WB`, or both where outer and inner cacheability differ. */
function normal(outer: string, inner: string): MemoryType {
  return outer === inner
    ? { name: `Normal-${outer}`, meaning: `Normal memory, ${outer}` }
    : {
        name: `Normal-outer${outer}-inner${inner}`,
        meaning: `Normal memory, outer ${outer}, inner ${inner}`,
      };
}

/** MemAttr with HCR_EL2.FWB = 1, from 4 up. Source: Arm ARM D8.6.6; Linux 7.2 `memory.h`. */
const forced: Readonly<Record<number, MemoryType>> = {
  5: { name: 'Normal-NC', meaning: 'Normal memory, NC (stage-1 Device stays Device)' },
  6: { name: 'Normal-WB', meaning: 'Normal memory, write-back, forced over stage 1 (FWB)' },
  7: { name: 'as-stage1', meaning: 'the type stage 1 says (FWB)' },
};

/** What MemAttr[3:0] of a stage-2 leaf says. FWB unknown is read as off. */
export function stage2MemoryType(attribute: number, cpu: Pick<CpuConfig, 'fwb'>): MemoryType {
  if (attribute < 4) return device(attribute);
  if (cpu.fwb === true) return forced[attribute] ?? reservedType;
  const outer = caching[attribute >> 2]!;
  const inner = caching[attribute & 3]!;
  if (inner === '') return { ...reservedType, meaning: 'reserved encoding (without FWB)' };
  return normal(outer, inner);
}

/** Attribute bytes with a name of their own. Source: Arm ARM, MAIR_EL1. */
const namedBytes: Readonly<Record<number, MemoryType>> = {
  0x40: { name: 'Normal-NC-XS0', meaning: 'Normal memory, NC, XS = 0 (FEAT_XS)' },
  0xa0: { name: 'Normal-WT-XS0', meaning: 'Normal memory, WT, XS = 0 (FEAT_XS)' },
  0xf0: { name: 'Normal-Tagged', meaning: 'Normal memory, write-back, tagged (MTE)' },
  0xff: { name: 'Normal', meaning: 'Normal memory, write-back' },
};

/** One half of a Normal attribute byte: the cacheability, transient or not, with its hints. */
function cacheability(nibble: number): string {
  if (nibble === 4) return 'NC';
  const policy = (nibble & 4) === 0 ? 'WT' : 'WB';
  return (nibble & 8) === 0 ? `${policy}-transient` : policy;
}

/** What one byte of MAIR says. Source: Arm ARM, MAIR_EL1. */
export function mairByteType(byte: number): MemoryType {
  const special = namedBytes[byte];
  if (special) return special;
  const outer = byte >> 4;
  const inner = byte & 0xf;
  if (outer === 0) {
    if ((byte & 2) !== 0) return reservedType;
    const plain = device(inner >> 2);
    return (byte & 1) === 0
      ? plain
      : { name: `${plain.name}-XS0`, meaning: `${plain.meaning}, XS = 0 (FEAT_XS)` };
  }
  return inner === 0 ? reservedType : normal(cacheability(outer), cacheability(inner));
}

/** Indices Linux has used since 5.10. */
const usedIndices = 5;

/**
 * What AttrIndx of a stage-1 leaf says under a MAIR, or under Linux's since 5.10 where none is
 * given; `null`: Linux uses no such index.
 */
export function stage1MemoryType(index: number, mair: bigint | undefined): MemoryType | null {
  if (mair === undefined && index >= usedIndices) return null;
  const word = mair ?? namedMairs['linux']!;
  return mairByteType(Number((word >> BigInt(index * 8)) & 0xffn));
}
