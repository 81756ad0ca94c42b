import { highHalf, lowHalf } from '../word';
import {
  addressFields,
  commonLeafFields,
  descriptorSource,
  field,
  res0Fields,
  shareability,
  typeFields,
  type DescriptorType,
} from './arm64-fields';
import { granuleOf } from './arm64-granule';
import { stage2MemoryType } from './arm64-memory-types';
import { addressTest, arm64LevelRule, arm64Tree, hardwareDescriptor } from './arm64-tree';
import type { CpuConfig } from './cpu';
import { layFields, plainField } from './field-layers';
import type { CompiledFormat, FieldSpec, PagingFormat, Permissions, TableShape } from './format';

const readBit = 1n << 6n;
const writeBit = 1n << 7n;
const dirtyModifier = 1n << 51n;
const xn0 = 1n << 53n;
const xn1 = 1n << 54n;

/** Who may execute, by XN[1:0]. Source: Arm ARM D8.4.2; Linux 7.2 `kvm_pgtable.h`. */
export const stage2Execute = {
  withXnx: [
    { el1: true, el0: true },
    { el1: false, el0: true },
    { el1: false, el0: false },
    { el1: true, el0: false },
  ],
  withoutXnx: [
    { el1: true, el0: true },
    { el1: true, el0: true },
    { el1: false, el0: false },
    { el1: false, el0: false },
  ],
} as const;

const executeMeanings = {
  withXnx: [
    'EL1 and EL0 may execute',
    'only EL0 may execute',
    'nobody executes',
    'only EL1 may execute',
  ],
  withoutXnx: [
    'executable',
    'executable: bit 53 is RES0 without FEAT_XNX',
    'not executable',
    'not executable: bit 53 is RES0 without FEAT_XNX (with it: only EL1 may execute)',
  ],
} as const;

const accessMeanings = ['no access but execute', 'read-only', 'write-only', 'read and write'];

function leafFields(type: 'block' | 'page', level: number, cpu: CpuConfig): FieldSpec[] {
  return [
    ...commonLeafFields(type, level, cpu),
    field('software', [58, 55], 'software', ''),
    field(
      'XN',
      [54, 53],
      'permission',
      executeMeanings[cpu.xnx === true ? 'withXnx' : 'withoutXnx'],
    ),
    field('DBM', [51, 51], 'state', [
      '',
      'dirty bit modifier: with VTCR_EL2.HD the first write sets S2AP[1]',
    ]),
    ...res0Fields(1n << 50n),
    field('FnXS', [11, 11], 'attribute', ['', 'FEAT_XS: as if the XS attribute were 0']),
    ...shareability(cpu),
    field('S2AP', [7, 6], 'permission', accessMeanings),
    field('MemAttr', [5, 2], 'attribute', (value) => stage2MemoryType(Number(value), cpu).meaning),
    ...addressFields(type, level, cpu),
  ];
}

/** Where stage 1 has hierarchical permissions; stage 2 has none. */
const hierarchy = field('table-attributes', [63, 59], 'ignored', (value) =>
  value === 0n ? '' : 'no meaning at stage 2: there are no hierarchical permissions',
);

/**
 * Every bit of a stage-2 descriptor of that type at that level (1 = smallest page), highest first.
 * Source: Arm ARM (DDI 0487) D8.3; Linux 6.12 `kvm_pgtable.h`.
 */
export function stage2Fields(type: DescriptorType, level: number, cpu: CpuConfig): FieldSpec[] {
  const rest = plainField('ignored', 63, 0, descriptorSource);
  const named = typeFields(type, level);
  switch (type) {
    case 'invalid':
      return layFields([rest], named.slice(1));
    case 'reserved':
      return layFields([rest], named);
    case 'table':
      return layFields([rest], [...named, hierarchy, ...addressFields('table', level, cpu)]);
    case 'block':
    case 'page':
      return layFields([rest], [...named, ...leafFields(type, level, cpu)]);
  }
}

/** Rights a leaf's S2AP, DBM and XN leave. */
export function stage2Permissions(value: bigint, cpu: CpuConfig): Permissions {
  return permissions(lowHalf(value), highHalf(value), cpu);
}

function permissions(lo: number, hi: number, cpu: CpuConfig): Permissions {
  const execute = stage2Execute[cpu.xnx === true ? 'withXnx' : 'withoutXnx'][(hi >>> 21) & 3]!;
  const writableClean = cpu.hardwareDirty === true && (hi & highHalf(dirtyModifier)) !== 0;
  return {
    read: (lo & lowHalf(readBit)) !== 0,
    write: (lo & lowHalf(writeBit)) !== 0 || writableClean,
    execute: execute.el1,
    user: null,
    userExecute: execute.el0,
  };
}

function compile(shape: TableShape): CompiledFormat {
  const granule = granuleOf(shape.cpu);
  const tree = arm64Tree(granule, shape, { concatenation: 4, usualBits: 40 });
  return {
    format: arm64Stage2,
    shape: { ...shape, levels: tree.indexBits.length },
    rules: tree.indexBits.map((indexBits, index) =>
      arm64LevelRule(index + 1, indexBits, shape.cpu, {
        table: {},
        leaf: { grants: readBit | writeBit, denies: xn0 | xn1 | dirtyModifier },
      }),
    ),
    entryBytes: 8,
    addressBits: tree.addressBits,
    signExtended: false,
    translates: addressTest(tree.addressBits, { half: 'low' }),
    rootAlignment: tree.rootAlignment,
  };
}

/** arm64 stage 2: IPA to PA, as a hypervisor sets it up with VTCR_EL2 and VTTBR_EL2. */
export const arm64Stage2: PagingFormat = {
  name: 'arm64-stage2',
  title: 'arm64 stage 2',
  entryBytes: 8,
  levelCounts: [3, 4, 2],
  compile,
  fields: (kind, level, cpu) => stage2Fields(hardwareDescriptor(kind, level, cpu), level, cpu),
  permissions: (andLo, _andHi, _orLo, orHi, cpu) => permissions(andLo, orHi, cpu),
};
