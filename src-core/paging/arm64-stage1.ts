import { bitMask, highHalf, joinHalves, lowHalf } from '../word';
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
import { stage1MemoryType } from './arm64-memory-types';
import { regimeOf, type Regime } from './arm64-regimes';
import { arm64LevelRule, arm64Tree, hardwareDescriptor } from './arm64-tree';
import type { CpuConfig } from './cpu';
import { layFields, plainField } from './field-layers';
import type { CompiledFormat, FieldSpec, PagingFormat, Permissions, TableShape } from './format';

/** AP[1] grants EL0 access; AP[2] makes read-only. */
const userBit = 1n << 6n;
const readOnlyBit = 1n << 7n;
const dirtyModifier = 1n << 51n;
const privilegedNoExecute = 1n << 53n;
const noExecute = 1n << 54n;
/** The same rights, taken away from everything below a table. */
const table = {
  privilegedNoExecute: 1n << 59n,
  noExecute: 1n << 60n,
  noUser: 1n << 61n,
  readOnly: 1n << 62n,
} as const;
const tableDenies = table.privilegedNoExecute | table.noExecute | table.noUser | table.readOnly;

/** Rights as a stage-1 leaf, with what the tables above it took away, leaves them. */
export interface Stage1Rights {
  /** EL0 may read; `null` where the regime has no EL0. */
  readonly user: boolean | null;
  readonly write: boolean;
  readonly execute: boolean;
  readonly userExecute: boolean | null;
}

/**
 * Rights from a leaf's bits, and the table bits gathered above it. A page EL0 may write is never
 * executable at EL1. SCTLR.WXN and PAN are not in the descriptor and take no part.
 * Source: Arm ARM (DDI 0487) D8.4.1; QEMU `get_S1prot()`.
 */
export function stage1Rights(
  leaf: bigint,
  tables: bigint,
  regime: Regime,
  cpu: CpuConfig,
): Stage1Rights {
  const above = cpu.noTablePermissions === true ? 0n : tables;
  const writableClean = cpu.hardwareDirty === true && (leaf & dirtyModifier) !== 0n;
  const write = ((leaf & readOnlyBit) === 0n || writableClean) && (above & table.readOnly) === 0n;
  const never = (leaf & noExecute) !== 0n || (above & table.noExecute) !== 0n;
  if (!regime.user) return { user: null, write, execute: !never, userExecute: null };
  const user = (leaf & userBit) !== 0n && (above & table.noUser) === 0n;
  const privilegedNever =
    (leaf & privilegedNoExecute) !== 0n || (above & table.privilegedNoExecute) !== 0n;
  return { user, write, execute: !privilegedNever && !(user && write), userExecute: !never };
}

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
        ...res0Fields(privilegedNoExecute | (1n << 11n)),
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

/** Whether an address belongs to the tree: its bits above the width say which half it is in. */
function translates(shape: TableShape, addressBits: number): (lo: number, hi: number) => boolean {
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

/** A tree's width in address bits where nobody states it: the common 48, or all the levels have. */
const usualBits = 48;

function compile(shape: TableShape): CompiledFormat {
  const tree = arm64Tree(granuleOf(shape.cpu), shape, { concatenation: 0, usualBits });
  const denies = shape.cpu.noTablePermissions === true ? 0n : tableDenies;
  return {
    format: arm64Stage1,
    shape: { ...shape, levels: tree.indexBits.length },
    rules: tree.indexBits.map((indexBits, index) =>
      arm64LevelRule(index + 1, indexBits, shape.cpu, {
        table: { denies },
        leaf: {
          grants: userBit,
          denies: readOnlyBit | privilegedNoExecute | noExecute | dirtyModifier,
        },
      }),
    ),
    entryBytes: 8,
    addressBits: tree.addressBits,
    signExtended: false,
    translates: translates(shape, tree.addressBits),
    rootAlignment: tree.rootAlignment,
  };
}

/**
 * Rights from the bits a walk gathered. A leaf's and a table's bits stand apart, so one word of
 * each is enough; a read at EL1 is always allowed (PAN is not in the tables).
 */
function permissions(andLo: number, orLo: number, orHi: number, cpu: CpuConfig): Permissions {
  const gathered = joinHalves((orLo & ~0x40) | (andLo & 0x40), orHi);
  const rights = stage1Rights(gathered, gathered, regimeOf(cpu.regime), cpu);
  return {
    read: true,
    write: rights.write,
    execute: rights.execute,
    user: rights.user,
    ...(rights.userExecute === null ? {} : { userExecute: rights.userExecute }),
  };
}

/** A stage-1 leaf's own rights. */
export function stage1Permissions(value: bigint, cpu: CpuConfig): Permissions {
  const leafBits = lowHalf(value);
  // Bits 62:59 of a leaf are no table rights.
  return permissions(leafBits, leafBits, highHalf(value & ~tableDenies), cpu);
}

/** arm64 stage 1: VA to PA (or to IPA in a guest), as TCR and TTBR set it up. */
export const arm64Stage1: PagingFormat = {
  name: 'arm64-stage1',
  title: 'arm64 stage 1',
  entryBytes: 8,
  levelCounts: [4, 3, 2, 5],
  compile,
  fields: (kind, level, cpu) => stage1Fields(hardwareDescriptor(kind, level, cpu), level, cpu),
  permissions: (andLo, _andHi, orLo, orHi, cpu) => permissions(andLo, orLo, orHi, cpu),
};
