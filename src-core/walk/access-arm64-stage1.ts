import { architectureLevel } from '../paging/arm64-granule';
import { regimeOf } from '../paging/arm64-regimes';
import { stage1Rights, type Stage1Rights } from '../paging/arm64-stage1';
import type { CompiledFormat } from '../paging/format';
import type { Access, DecidedBy } from './access-answer';
import type { PathEntry } from './access-path';
import { decidedBy } from './access-path';

/** One right, the leaf's bit that rules it, and the tables' bits that take it away. */
interface RightBits {
  readonly leaf: bigint;
  readonly tables: bigint;
}
const user: RightBits = { leaf: 1n << 6n, tables: 1n << 61n };
const write: RightBits = { leaf: 1n << 7n, tables: 1n << 62n };
const execute: RightBits = { leaf: 1n << 53n, tables: 1n << 59n };
const userExecute: RightBits = { leaf: 1n << 54n, tables: 1n << 60n };

interface Refusal {
  readonly by: RightBits;
  readonly why: string;
}

/** EL0, or the only level a regime has no EL0 for. */
function userRefusal(access: Access, rights: Stage1Rights): Refusal | undefined {
  if (access.type === 'execute') {
    return rights.userExecute === false
      ? { by: userExecute, why: 'EL0 may not execute here' }
      : undefined;
  }
  if (rights.user === false) return { by: user, why: 'EL0 has no access here' };
  if (access.type === 'write' && !rights.write) return { by: write, why: 'read-only' };
  return undefined;
}

function privilegedRefusal(
  access: Access,
  rights: Stage1Rights,
  oneLevel: boolean,
): Refusal | undefined {
  if (access.type === 'execute') {
    if (rights.execute) return undefined;
    if (oneLevel) return { by: userExecute, why: 'XN: never executed' };
    const writableByUser = rights.user === true && rights.write;
    return writableByUser
      ? { by: user, why: 'EL0 may write here, so EL1 never executes it' }
      : { by: execute, why: 'PXN: EL1 never executes' };
  }
  if (access.pan === true && rights.user === true) {
    return { by: user, why: 'PSTATE.PAN is 1 and EL0 may access this page' };
  }
  return access.type === 'write' && !rights.write ? { by: write, why: 'read-only' } : undefined;
}

function writableNeverExecuted(access: Access, rights: Stage1Rights): Refusal | undefined {
  if (access.wxn !== true || access.type !== 'execute' || !rights.write) return undefined;
  const mayWrite = access.user === true ? rights.user !== false : true;
  return mayWrite ? { by: write, why: 'writable, and SCTLR.WXN is 1' } : undefined;
}

/** The entry that decides: the first table that takes the right away, else the leaf. */
function deciding(
  entries: readonly PathEntry[],
  leaf: PathEntry,
  refusal: Refusal,
  tablesCount: boolean,
): DecidedBy {
  const above = tablesCount
    ? entries.find((entry) => entry !== leaf && (entry.entry & refusal.by.tables) !== 0n)
    : undefined;
  const at = above ?? leaf;
  const bits = above ? refusal.by.tables : refusal.by.leaf;
  return decidedBy(at, bits, `${refusal.why}: level ${architectureLevel(at.level)}`);
}

/**
 * The right a stage-1 access misses; `undefined` where it may go on.
 * Source: Arm ARM (DDI 0487) D8.4.1 "Direct permissions"; QEMU `get_S1prot()`.
 */
export function stage1Refusal(
  entries: readonly PathEntry[],
  leaf: PathEntry,
  access: Access,
  compiled: CompiledFormat,
): DecidedBy | undefined {
  const { cpu } = compiled.shape;
  const regime = regimeOf(cpu.regime);
  const tables = entries
    .filter((entry) => entry !== leaf)
    .reduce((bits, { entry }) => bits | entry, 0n);
  const rights = stage1Rights(leaf.entry, tables, regime, cpu);
  const unprivileged = access.user === true && regime.user;
  const refusal =
    (unprivileged
      ? userRefusal(access, rights)
      : privilegedRefusal(access, rights, !regime.user)) ?? writableNeverExecuted(access, rights);
  return refusal && deciding(entries, leaf, refusal, cpu.noTablePermissions !== true);
}
