import { formatWord, setBits } from '../word';
import { exitQualificationBit } from '../paging/exit-qualification';
import type { CompiledFormat } from '../paging/format';
import type { Access, AccessAnswer } from './access-answer';
import { allow, refuse, unknown } from './access-answer';
import type { PathEntry } from './access-path';
import { accessPath, decidedBy, firstWithout, flagUpdates, reservedBitsSet } from './access-path';
import type { WalkResult } from './walk-result';

const readBit = 1n << 0n;
const writeBit = 1n << 1n;
const executeBit = 1n << 2n;
const userExecuteBit = 1n << 10n;
const accessedBit = 1n << 8n;
const dirtyBit = 1n << 9n;

/** A right an access needs: the entry's bit, and how it is called. */
interface NeededRight {
  readonly bit: bigint;
  readonly name: string;
}

/** The rights of one access and the bits of the exit qualification that name it. */
interface EptDemand {
  readonly rights: readonly NeededRight[];
  readonly qualification: bigint;
}

const read: NeededRight = { bit: readBit, name: 'R' };
const write: NeededRight = { bit: writeBit, name: 'W' };

/**
 * What the CPU asks of EPT, step by step: guest tables are read first and then, where a flag must
 * be set, written; with accessed and dirty flags on, both at once.
 * Source: SDM vol. 3C "EPT Violations" and "Accessed and Dirty Flags for EPT".
 */
function demands(access: Access, mbec: boolean): EptDemand[] {
  const bit = exitQualificationBit;
  if (access.guestTable === true) {
    const reads = { rights: [read], qualification: bit.read };
    const updates = { rights: [read, write], qualification: bit.read | bit.write };
    if (access.accessedDirty !== false) return [updates];
    return access.type === 'write' ? [reads, updates] : [reads];
  }
  if (access.type === 'read') return [{ rights: [read], qualification: bit.read }];
  if (access.type === 'write') return [{ rights: [write], qualification: bit.write }];
  const right =
    mbec && access.user === true
      ? { bit: userExecuteBit, name: 'XU' }
      : { bit: executeBit, name: mbec ? 'XS' : 'X' };
  return [{ rights: [right], qualification: bit.fetch }];
}

/** Bits 6:3 of the qualification: what all entries used grant, the deciding one included. */
function grantedQualification(entries: readonly PathEntry[], mbec: boolean): bigint {
  const all = entries.reduce((bits, { entry }) => bits & entry, 0xffff_ffff_ffff_ffffn);
  const rights = (all & 7n) << 3n;
  return mbec && all & userExecuteBit ? rights | exitQualificationBit.eptUserExecute : rights;
}

function contextBits(access: Access): bigint {
  if (access.linearAddress === false) return 0n;
  const valid = exitQualificationBit.linearAddressValid;
  return access.guestTable === true ? valid : valid | exitQualificationBit.finalTranslation;
}

function violation(
  entries: readonly PathEntry[],
  at: PathEntry,
  demand: EptDemand,
  access: Access,
  mbec: boolean,
  bits: bigint,
  why: string,
): AccessAnswer {
  const value = demand.qualification | grantedQualification(entries, mbec) | contextBits(access);
  const fault = { name: 'exit_qualification', value } as const;
  return refuse('EPT violation', fault, why, decidedBy(at, bits, why));
}

/** Why an entry is a misconfiguration. Source: SDM vol. 3C "EPT Misconfigurations". */
function misconfiguration(entry: PathEntry): AccessAnswer {
  const reserved = reservedBitsSet(entry);
  const rights = entry.entry & (readBit | writeBit | executeBit);
  let bits = reserved;
  let why = `reserved bits ${setBits(reserved).join(', ')} are set at level ${entry.level}`;
  if (reserved === 0n && !(rights & readBit) && rights & writeBit) {
    bits = readBit | writeBit;
    why = `W without R at level ${entry.level}`;
  } else if (reserved === 0n && !(rights & readBit)) {
    bits = readBit | (rights & executeBit ? executeBit : userExecuteBit);
    why = `execute-only at level ${entry.level}, which this CPU does not support`;
  } else if (reserved === 0n) {
    bits = 0x38n;
    why = `memory type ${(entry.entry >> 3n) & 7n} at level ${entry.level} does not exist`;
  }
  return refuse('EPT misconfiguration', null, why, decidedBy(entry, bits, why));
}

/** A guest-physical address wider than the tables: violation, nothing granted. */
function outsideAddress(walk: WalkResult, demand: EptDemand, access: Access): AccessAnswer {
  const value = demand.qualification | contextBits(access);
  const why = `${formatWord(walk.address)} has more bits than these tables translate`;
  return refuse('EPT violation', { name: 'exit_qualification', value }, why, null);
}

function flagsSet(access: Access, leaf: PathEntry): (entry: PathEntry) => bigint {
  if (access.accessedDirty === false) return () => 0n;
  const writes = access.type === 'write' || access.guestTable === true;
  return (entry) => (entry === leaf && writes ? accessedBit | dirtyBit : accessedBit);
}

/**
 * An access through EPT: allowed, an EPT violation with its exit qualification, or an EPT
 * misconfiguration (whose qualification is undefined).
 * @param compiled compiled for the CPU of the access (mode-based execute, execute-only).
 */
export function checkEptAccess(
  walk: WalkResult,
  compiled: CompiledFormat,
  access: Access,
): AccessAnswer {
  const mbec = compiled.shape.cpu.mbec === true;
  const asked = demands(access, mbec);
  if (walk.status === 'non-canonical') return outsideAddress(walk, asked[0]!, access);
  const { entries, last, unknown: missing } = accessPath(walk, compiled);
  if (!last) return unknown(missing ?? 'the walk has no entry');
  if (last.kind === 'malformed') return misconfiguration(last);
  if (last.kind === 'none') {
    const why = `not present at level ${last.level}: bits 2:0${mbec ? ' and 10' : ''} are 0`;
    const { presentLo } = last.rule;
    return violation(entries, last, asked[0]!, access, mbec, BigInt(presentLo >>> 0), why);
  }
  for (const demand of asked) {
    for (const right of demand.rights) {
      const entry = firstWithout(entries, right.bit);
      if (!entry) continue;
      const what = access.guestTable === true ? 'access to a guest table' : access.type;
      const why = `${what}, but ${right.name} is 0 at level ${entry.level}`;
      return violation(entries, entry, demand, access, mbec, right.bit, why);
    }
  }
  return allow('every level grants it', flagUpdates(entries, flagsSet(access, last)));
}
