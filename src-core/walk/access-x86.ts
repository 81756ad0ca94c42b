import { bitField, formatWord } from '../word';
import type { CompiledFormat } from '../paging/format';
import { pageFaultBit } from '../paging/page-fault-error';
import type { Access, AccessAnswer, DecidedBy } from './access-answer';
import { allow, refuse, unknown } from './access-answer';
import type { PathEntry } from './access-path';
import { accessPath, decidedBy, firstDenying, firstWithout, flagUpdates } from './access-path';
import { entryBit, unusableEntry } from './access-x86-entry';
import type { WalkResult } from './walk-result';

/** What each x86 paging mode has beside the entries. */
interface X86Mode {
  /** Entries of 8 bytes: EFER.NXE means something. */
  readonly pae: boolean;
  /** Long mode: protection keys exist, other addresses than canonical ones are a #GP. */
  readonly longMode: boolean;
}
const modes: Readonly<Record<string, X86Mode>> = {
  'x86-64': { pae: true, longMode: true },
  pae: { pae: true, longMode: false },
  'x86-32': { pae: false, longMode: false },
};

interface Question {
  readonly entries: readonly PathEntry[];
  readonly leaf: PathEntry;
  readonly access: Access;
  readonly mode: X86Mode;
  /** U is set on every level: a user-mode address. */
  readonly userPage: boolean;
  readonly supervisorEntry: PathEntry | undefined;
}

/** A right that is missing, and what it adds to the error code. */
interface Refusal {
  readonly by: DecidedBy;
  readonly adds: bigint;
}

const onUserPage = 'a page that is for user mode on every level';

function userRefusal({ access, supervisorEntry }: Question): DecidedBy | undefined {
  if (access.user !== true || !supervisorEntry) return undefined;
  const why = `user access, but U is 0 at level ${supervisorEntry.level}`;
  return decidedBy(supervisorEntry, entryBit.user, why);
}

/** SMEP and SMAP. Source: SDM vol. 3A "Determination of Access Rights". */
function supervisorRefusal({ access, userPage, leaf }: Question): DecidedBy | undefined {
  if (access.user === true || !userPage) return undefined;
  if (access.type === 'execute') {
    if (access.smep !== true) return undefined;
    return decidedBy(leaf, entryBit.user, `supervisor fetch from ${onUserPage}, and CR4.SMEP is 1`);
  }
  if (access.smap !== true || (access.ac === true && access.implicit !== true)) return undefined;
  const lifted = access.implicit === true ? 'the access is implicit' : 'EFLAGS.AC is 0';
  const why = `supervisor ${access.type} of ${onUserPage}: CR4.SMAP is 1 and ${lifted}`;
  return decidedBy(leaf, entryBit.user, why);
}

function writeRefusal({ access, entries }: Question): DecidedBy | undefined {
  if (access.type !== 'write' || (access.user !== true && access.cr0Wp !== true)) return undefined;
  const entry = firstWithout(entries, entryBit.write);
  if (!entry) return undefined;
  const who = access.user === true ? 'user write' : 'supervisor write with CR0.WP 1';
  return decidedBy(entry, entryBit.write, `${who}, but W is 0 at level ${entry.level}`);
}

function fetchRefusal({ access, entries }: Question): DecidedBy | undefined {
  if (access.type !== 'execute') return undefined;
  const entry = firstDenying(entries, entryBit.noExecute);
  if (!entry) return undefined;
  return decidedBy(entry, entryBit.noExecute, `fetch, but NX is 1 at level ${entry.level}`);
}

/**
 * Protection keys: PKRU rules user pages, IA32_PKRS supervisor pages; data accesses only. WD binds
 * supervisor writes only with CR0.WP. Source: SDM vol. 3A "Protection Keys".
 */
function keyRefusal(question: Question): DecidedBy | undefined {
  const { access, userPage, leaf, mode } = question;
  if (!mode.longMode || access.type === 'execute') return undefined;
  const on = userPage ? access.pke === true : access.pks === true;
  if (!on) return undefined;
  const name = userPage ? 'PKRU' : 'PKRS';
  const rights = (userPage ? access.pkru : access.pkrs) ?? 0n;
  const key = bitField(leaf.entry, 62, 59);
  const [writeDisable, accessDisable] = [
    bitField(rights, Number(key) * 2 + 1, Number(key) * 2 + 1),
    bitField(rights, Number(key) * 2, Number(key) * 2),
  ];
  const keyBits = 0xfn << 59n;
  if (accessDisable === 1n) {
    return decidedBy(leaf, keyBits, `protection key ${key}: ${name}.AD${key} forbids any access`);
  }
  const bound = access.user === true || access.cr0Wp === true;
  if (access.type !== 'write' || writeDisable === 0n || !bound) return undefined;
  return decidedBy(leaf, keyBits, `protection key ${key}: ${name}.WD${key} forbids writing`);
}

const checks: readonly {
  readonly find: (question: Question) => DecidedBy | undefined;
  readonly adds: bigint;
}[] = [
  { find: userRefusal, adds: 0n },
  { find: supervisorRefusal, adds: 0n },
  { find: writeRefusal, adds: 0n },
  { find: fetchRefusal, adds: 0n },
  { find: keyRefusal, adds: pageFaultBit.protectionKey },
];

function refusals(question: Question): Refusal[] {
  return checks.flatMap(({ find, adds }) => {
    const by = find(question);
    return by ? [{ by, adds }] : [];
  });
}

/** The bits that tell what the access was. I/D is told with NXE or SMEP only. */
function accessBits(access: Access, nxe: boolean): bigint {
  let bits = 0n;
  if (access.type === 'write') bits |= pageFaultBit.write;
  if (access.user === true) bits |= pageFaultBit.user;
  if (access.type === 'execute' && (nxe || access.smep === true)) bits |= pageFaultBit.fetch;
  return bits;
}

function pageFault(value: bigint, by: DecidedBy): AccessAnswer {
  return refuse('#PF', { name: 'error_code', value }, by.why, by);
}

function outsideAddress(walk: WalkResult, mode: X86Mode): AccessAnswer {
  const address = formatWord(walk.address);
  if (!mode.longMode) return unknown(`${address} is no linear address here: they have 32 bits`);
  const why = `${address} is not canonical`;
  return refuse('#GP', { name: 'error_code', value: 0n }, why, null);
}

function goneThrough(question: Question): AccessAnswer {
  const { access, entries, leaf, userPage } = question;
  const flagsOf = (entry: PathEntry): bigint => {
    // PAE's directory pointers have neither flag.
    if ((entry.rule.tableAndLo | entry.rule.leafAndLo) === 0) return 0n;
    return entry === leaf && access.type === 'write'
      ? entryBit.accessed | entryBit.dirty
      : entryBit.accessed;
  };
  const readOnly = access.type === 'write' ? firstWithout(entries, entryBit.write) : undefined;
  const why = readOnly
    ? `W is 0 at level ${readOnly.level}, but CR0.WP is 0: supervisor writes ignore it`
    : `every level allows it (${userPage ? 'user' : 'supervisor'} page)`;
  return allow(why, flagUpdates(entries, flagsOf));
}

/**
 * An access through x86 paging (4- and 5-level, PAE, 32-bit): allowed, or #PF with its error code.
 * @param compiled compiled for the CPU of the access (NXE).
 * Source: SDM vol. 3A "Access Rights" and "Page-Fault Exceptions".
 */
export function checkX86Access(
  walk: WalkResult,
  compiled: CompiledFormat,
  access: Access,
): AccessAnswer {
  const mode = modes[compiled.format.name]!;
  if (walk.status === 'non-canonical') return outsideAddress(walk, mode);
  const { entries, last, unknown: missing } = accessPath(walk, compiled);
  if (!last) return unknown(missing ?? 'the walk has no entry');
  const base = accessBits(access, mode.pae && compiled.shape.cpu.nx !== false);
  const unusable = unusableEntry(last);
  if (unusable) return pageFault(base | unusable.adds, unusable.by);
  const supervisorEntry = firstWithout(entries, entryBit.user);
  const userPage = !supervisorEntry;
  const question = { entries, leaf: last, access, mode, userPage, supervisorEntry };
  const [first, ...others] = refusals(question);
  if (!first) return goneThrough(question);
  const value = [first, ...others].reduce(
    (bits, { adds }) => bits | adds,
    base | pageFaultBit.present,
  );
  return pageFault(value, first.by);
}
