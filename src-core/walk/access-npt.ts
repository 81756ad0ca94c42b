import type { CompiledFormat } from '../paging/format';
import { npfBit } from '../paging/npf-exit-info';
import type { Access, AccessAnswer, DecidedBy } from './access-answer';
import { allow, refuse, unknown } from './access-answer';
import type { PathEntry } from './access-path';
import { accessPath, decidedBy, firstDenying, firstWithout, flagUpdates } from './access-path';
import { entryBit, unusableEntry } from './access-x86-entry';
import type { WalkResult } from './walk-result';

/** An access as the nested tables see it. */
interface NestedAccess {
  readonly write: boolean;
  readonly execute: boolean;
  /** Nested accesses are user accesses, but for supervisor fetches under GMET. */
  readonly user: boolean;
  readonly supervisorFetchOnly: boolean;
  /** Bits of EXITINFO1 that tell what the access was. */
  readonly bits: bigint;
}

/** Walks of guest tables count as user writes. Source: APM vol. 2 15.25.6. */
function nestedAccess(access: Access, nxe: boolean): NestedAccess {
  const guestTable = access.guestTable === true;
  const write = guestTable || access.type === 'write';
  const execute = !guestTable && access.type === 'execute';
  const supervisorFetchOnly = execute && access.gmet === true && access.user !== true;
  const user = !supervisorFetchOnly;
  let bits = guestTable ? npfBit.guestTableWalk : npfBit.finalTranslation;
  if (write) bits |= npfBit.write;
  if (user) bits |= npfBit.user;
  if (execute && (nxe || access.hostSmep === true)) bits |= npfBit.fetch;
  return { write, execute, user, supervisorFetchOnly, bits };
}

/** The first right that is missing. Source: APM vol. 2 15.25.5; GMET: 15.25.13. */
function missingRight(
  entries: readonly PathEntry[],
  leaf: PathEntry,
  nested: NestedAccess,
): DecidedBy | undefined {
  const supervisor = firstWithout(entries, entryBit.user);
  if (nested.user && supervisor) {
    const why = `nested accesses are user accesses, but U is 0 at level ${supervisor.level}`;
    return decidedBy(supervisor, entryBit.user, why);
  }
  if (nested.supervisorFetchOnly && !supervisor) {
    const why = 'supervisor fetch with GMET from a page whose U is 1 on every level';
    return decidedBy(leaf, entryBit.user, why);
  }
  const readOnly = nested.write ? firstWithout(entries, entryBit.write) : undefined;
  if (readOnly) {
    return decidedBy(readOnly, entryBit.write, `write, but W is 0 at level ${readOnly.level}`);
  }
  const noExecute = nested.execute ? firstDenying(entries, entryBit.noExecute) : undefined;
  if (noExecute) {
    return decidedBy(
      noExecute,
      entryBit.noExecute,
      `fetch, but NX is 1 at level ${noExecute.level}`,
    );
  }
  return undefined;
}

function nestedPageFault(value: bigint, by: DecidedBy): AccessAnswer {
  return refuse('NPF', { name: 'exit_info_1', value }, by.why, by);
}

/**
 * An access through AMD's nested tables: allowed, or a nested page fault with its EXITINFO1.
 * @param compiled compiled for the host's CPU (the host's EFER.NXE).
 */
export function checkNptAccess(
  walk: WalkResult,
  compiled: CompiledFormat,
  access: Access,
): AccessAnswer {
  const { entries, last, unknown: missing } = accessPath(walk, compiled);
  if (!last) return unknown(missing ?? 'the walk has no entry');
  const nested = nestedAccess(access, compiled.shape.cpu.nx !== false);
  const unusable = unusableEntry(last);
  if (unusable) return nestedPageFault(nested.bits | unusable.adds, unusable.by);
  const by = missingRight(entries, last, nested);
  if (by) return nestedPageFault(nested.bits | npfBit.present, by);
  const flagsOf = (entry: PathEntry): bigint =>
    entry === last && nested.write ? entryBit.accessed | entryBit.dirty : entryBit.accessed;
  return allow('every level grants it', flagUpdates(entries, flagsOf));
}
