import { highHalf, joinHalves, lowHalf } from '../word';
import { granuleOf } from './arm64-granule';
import { regimeOf, type Regime } from './arm64-regimes';
import { stage1Fields } from './arm64-stage1-fields';
import { addressTest, arm64LevelRule, arm64Tree, hardwareDescriptor } from './arm64-tree';
import type { CpuConfig } from './cpu';
import type { CompiledFormat, PagingFormat, Permissions, TableShape } from './format';

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
    translates: addressTest(tree.addressBits, shape),
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
