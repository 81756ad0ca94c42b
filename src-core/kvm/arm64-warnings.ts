import { addressSizeBits, outputLayout, physicalAddressBits } from '../paging/arm64-address';
import { descriptorSource, res0AddressBits, type DescriptorType } from '../paging/arm64-fields';
import { granuleOf } from '../paging/arm64-granule';
import { stage2MemoryType } from '../paging/arm64-memory-types';
import type { CpuConfig } from '../paging/cpu';
import type { Finding, Severity } from '../paging/decoded-entry';
import { bitField, bitMask, setBits } from '../word';

/** An entry as the rules below see it. */
interface Entry {
  readonly value: bigint;
  readonly type: DescriptorType;
  readonly level: number;
  readonly cpu: CpuConfig;
}

interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly stage: 1 | 2 | 'both';
  readonly types: readonly DescriptorType[];
  /** The bits that are wrong; 0: nothing is. */
  readonly bits: (entry: Entry) => bigint;
  readonly message: (entry: Entry) => string;
}

const leaf: readonly DescriptorType[] = ['block', 'page'];
const valid: readonly DescriptorType[] = ['table', 'block', 'page'];
const shBits = bitMask(9, 8);
const memAttrBits = bitMask(5, 2);
const s2apBits = bitMask(7, 6);
const bit53 = 1n << 53n;

/** What the vector files call `warnings`, in one table. */
const rules: readonly Rule[] = [
  {
    code: 'af-clear',
    severity: 'info',
    stage: 'both',
    types: leaf,
    bits: ({ value }) => ~value & (1n << 10n),
    message: () =>
      'The access flag is clear: the next access raises an Access flag fault, unless hardware sets the flag (TCR/VTCR.HA). Arm ARM D8.5.1',
  },
  {
    code: 'sh-reserved',
    severity: 'warning',
    stage: 'both',
    types: leaf,
    bits: ({ value, cpu }) =>
      outputLayout(cpu).name !== 'LPA2' && bitField(value, 9, 8) === 1n ? shBits : 0n,
    message: () =>
      'SH is 01, a reserved shareability: what the CPU does is unpredictable. Arm ARM D8.6.2',
  },
  {
    code: 'memattr-reserved',
    severity: 'warning',
    stage: 2,
    types: leaf,
    bits: ({ value, cpu }) =>
      stage2MemoryType(Number(bitField(value, 5, 2)), cpu).name === 'reserved' ? memAttrBits : 0n,
    message: ({ cpu }) =>
      cpu.fwb === true
        ? 'MemAttr is a reserved encoding with FWB: bit 3 is RES0, write-back is 6. Arm ARM D8.6.6'
        : 'MemAttr is a reserved encoding without FWB (4 needs FEAT_MTE_PERM). Arm ARM D8.6.6',
  },
  {
    code: 'write-only',
    severity: 'warning',
    stage: 2,
    types: leaf,
    bits: ({ value }) => (bitField(value, 7, 6) === 2n ? s2apBits : 0n),
    message: () =>
      'S2AP is 10: writes go through, reads fault. Legal, but KVM never writes it. Arm ARM D8.4.2',
  },
  {
    code: 'bit53-without-xnx',
    severity: 'warning',
    stage: 2,
    types: leaf,
    bits: ({ value, cpu }) => (cpu.xnx === true ? 0n : value & bit53),
    message: () =>
      'Bit 53 is set: without FEAT_XNX it is RES0 and bit 54 alone decides; with it XN=01 lets only EL0 execute and 11 only EL1. Arm ARM D8.4.2',
  },
  {
    code: 'oa-res0-bits-set',
    severity: 'warning',
    stage: 'both',
    types: valid,
    bits: ({ value, type, level, cpu }) => value & res0AddressBits(type, level, cpu),
    message: ({ type }) =>
      `Bits within the address field are set that are RES0 for this ${type}: the CPU leaves them out of the address. ${descriptorSource}`,
  },
  {
    code: 'oa-exceeds-pa-bits',
    severity: 'error',
    stage: 'both',
    types: valid,
    bits: ({ value, cpu }) => value & addressSizeBits(cpu, granuleOf(cpu).pageShift),
    message: ({ cpu }) =>
      `The address is wider than the ${physicalAddressBits(cpu)} bits this CPU has: the walk ends in an Address size fault. Arm ARM D8.2.4`,
  },
  {
    code: 's2-table-attrs-ignored',
    severity: 'warning',
    stage: 2,
    types: ['table'],
    bits: ({ value }) => value & bitMask(63, 59),
    message: () =>
      'Bits 63:59 are set in a stage-2 table entry: there are no hierarchical permissions at stage 2, the CPU ignores them. Arm ARM D8.4.2; QEMU ptw.c',
  },
];

/** What is wrong with an entry by the architecture's rules, each with the code of the vector files. */
export function arm64Warnings(stage: 1 | 2, entry: Entry): Finding[] {
  return rules.flatMap(({ code, severity, stage: applies, types, bits, message }) => {
    if ((applies !== 'both' && applies !== stage) || !types.includes(entry.type)) return [];
    const wrong = bits(entry);
    return wrong === 0n ? [] : [{ code, severity, message: message(entry), bits: setBits(wrong) }];
  });
}
