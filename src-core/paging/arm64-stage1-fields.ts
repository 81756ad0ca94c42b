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
import { stage1MemoryType } from './arm64-memory-types';
import { regimeOf, type Regime } from './arm64-regimes';
import type { CpuConfig } from './cpu';
import { layFields, plainField } from './field-layers';
import type { FieldSpec } from './format';

const accessMeanings = {
  user: [
    'EL1 read and write',
    'EL1 and EL0 read and write',
    'EL1 read-only',
    'EL1 and EL0 read-only',
  ],
  single: [
    'read and write (bit 6 is RES1 and clear)',
    'read and write',
    'read-only (bit 6 is RES1 and clear)',
    'read-only',
  ],
} as const;
const tableAccessMeanings = [
  '',
  'no EL0 access below',
  'no writes below',
  'no writes and no EL0 access below',
] as const;

function executeFields(regime: Regime): FieldSpec[] {
  return regime.user
    ? [
        field('UXN', [54, 54], 'permission', ['EL0 may execute', 'EL0 never executes']),
        field('PXN', [53, 53], 'permission', [
          'EL1 may execute, unless EL0 may write',
          'EL1 never executes',
        ]),
        field('nG', [11, 11], 'attribute', ['global', 'not global: tagged with the ASID']),
      ]
    : [
        field('XN', [54, 54], 'permission', ['executable', 'never executed']),
        ...res0Fields((1n << 53n) | (1n << 11n)),
      ];
}

function attributeMeaning(cpu: CpuConfig): (value: bigint) => string {
  return (value) => {
    const basis = cpu.mair === undefined ? ' (with the MAIR Linux writes since 5.10)' : '';
    const type = stage1MemoryType(Number(value), cpu.mair);
    return type ? `${type.meaning}${basis}` : 'an index Linux does not use';
  };
}

function leafFields(type: 'block' | 'page', level: number, cpu: CpuConfig): FieldSpec[] {
  const regime = regimeOf(cpu.regime);
  return [
    ...commonLeafFields(type, level, cpu),
    ...executeFields(regime),
    field('software', [58, 55], 'software', ''),
    field('DBM', [51, 51], 'state', [
      '',
      'dirty bit modifier: with TCR.HD the first write clears AP[2]',
    ]),
    field('GP', [50, 50], 'attribute', ['', 'guarded page (BTI)']),
    ...shareability(cpu),
    field('AP', [7, 6], 'permission', accessMeanings[regime.user ? 'user' : 'single']),
    field('NS', [5, 5], 'attribute', ['', 'non-secure (in Secure state only)']),
    field('AttrIndx', [4, 2], 'attribute', attributeMeaning(cpu)),
    ...addressFields(type, level, cpu),
  ];
}

function tableFields(level: number, cpu: CpuConfig): FieldSpec[] {
  const { user } = regimeOf(cpu.regime);
  return [
    field('NSTable', [63, 63], 'attribute', ['', 'non-secure below (in Secure state only)']),
    field('APTable', [62, 61], 'permission', tableAccessMeanings),
    field(user ? 'UXNTable' : 'XNTable', [60, 60], 'permission', [
      '',
      user ? 'EL0 executes nothing below' : 'nothing below is executed',
    ]),
    ...(user
      ? [field('PXNTable', [59, 59], 'permission', ['', 'EL1 executes nothing below'])]
      : []),
    field('AF', [10, 10], 'state', ['', 'table accessed (FEAT_HAFT, else ignored)']),
    ...addressFields('table', level, cpu),
  ];
}

/**
 * Every bit of a stage-1 descriptor of that type at that level (1 = smallest page), highest first.
 * Source: Arm ARM (DDI 0487) D8.3; Linux 6.12 `pgtable-hwdef.h`.
 */
export function stage1Fields(type: DescriptorType, level: number, cpu: CpuConfig): FieldSpec[] {
  const rest = plainField('ignored', 63, 0, descriptorSource);
  const named = typeFields(type, level);
  switch (type) {
    case 'invalid':
      return layFields([rest], named.slice(1));
    case 'reserved':
      return layFields([rest], named);
    case 'table':
      return layFields(layFields([rest], tableFields(level, cpu)), named);
    case 'block':
    case 'page':
      return layFields([rest], [...named, ...leafFields(type, level, cpu)]);
  }
}
