import { hardwareKind } from '../../paging/level-rule';
import type { LevelRule } from '../../paging/format';
import { entryTarget } from '../../walk/translate';
import { formatWord, highHalf, lowHalf } from '../../word';
import type { Steps } from '../micro-step';
import type { WalkerState } from '../walker-state';
import { gvaText } from './guest-form';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';

/** What a guest does. */
export interface GuestAccess {
  /** Low 48 or 32 bits of the address. */
  readonly gva: number;
  readonly write: boolean;
  readonly execute: boolean;
  readonly user: boolean;
}

export const executeRight = 1;
export const writeRight = 2;
export const userRight = 4;
export const everyRight = executeRight | writeRight | userRight;

const present = 1n;
const accessedBit = 0x20n;
const dirtyBit = 0x40n;

/** `struct guest_walker`: what the guest's tables say of an address. */
export interface GuestWalk {
  /** Frame of the table of a level, by level - 1. */
  readonly tableGfn: readonly number[];
  /** Rights that the entries above a table grant, by its level - 1. */
  readonly ptAccess: readonly number[];
  /** Entries as they are after accessed and dirty were set, by level - 1. */
  readonly entries: readonly bigint[];
  /** Where the entries lie, by level - 1. */
  readonly entryGpa: readonly number[];
  /** Level of the guest's leaf. */
  readonly level: number;
  /** The frame it leads to. */
  readonly gfn: number;
  /** Rights of the whole walk. */
  readonly access: number;
}

/** The fault that the guest gets: an error code. */
export interface GuestFault {
  readonly errorCode: number;
}

interface Read {
  readonly level: number;
  readonly index: number;
  readonly gpa: number;
  readonly tableGfn: number;
  readonly above: number;
  entry: bigint;
}

/**
 * `FNAME(walk_addr)`: reads the guest's tables, sets accessed and dirty in them.
 * Source: arch/x86/kvm/mmu/paging_tmpl.h, v5.10 – v7.1.
 */
export function* walkGuest(task: ShadowTask, access: GuestAccess): Steps<GuestWalk | GuestFault> {
  const { machine } = task;
  const { rules, shape, entryBytes } = machine.kind.guestFormat;
  const reads: Read[] = [];
  const fault = (code: number): GuestFault => ({ errorCode: code | requestCode(access) });
  let table = machine.state.cr3;
  let { levels: level } = shape;
  let rights = everyRight;
  if (level === 3) {
    const pointer = machine.state.pdptrs[Math.floor(access.gva / 2 ** 30) % 4] ?? 0n;
    yield task.step('guest-read');
    if ((pointer & present) === 0n) return fault(0);
    table = Number(entryTarget(rules[2]!, lowHalf(pointer), highHalf(pointer), false));
    level = 2;
  }
  for (; ; level--) {
    const rule = rules[level - 1]!;
    const index = Math.floor(access.gva / 2 ** rule.shift) % 2 ** rule.indexBits;
    const gpa = table + index * entryBytes;
    const tableGfn = Math.floor(table / 4096);
    if (!machine.slotOf(tableGfn)) return fault(0);
    const entry = machine.guest.read(gpa, entryBytes);
    const read = { level, index, gpa, tableGfn, above: rights, entry };
    reads.push(read);
    yield task.step('guest-read', null, guestSnapshot(machine, access, read, reads));
    const kind = hardwareKind(rule, lowHalf(entry), highHalf(entry));
    if (kind === 'none') return fault(0);
    if (kind === 'malformed') return fault(presentCode | reservedCode);
    rights &= entryRights(entry, entryBytes);
    if (kind === 'leaf')
      return finishWalk(machine, access, reads, rule, rights) ?? fault(presentCode);
    table = Number(entryTarget(rule, lowHalf(entry), highHalf(entry), false));
  }
}

const presentCode = 1;
const reservedCode = 8;

function requestCode({ write, user, execute }: GuestAccess): number {
  return (write ? 2 : 0) | (user ? 4 : 0) | (execute ? 0x10 : 0);
}

/** `FNAME(gpte_access)`: rights of one entry; 4-byte entries cannot forbid execution. */
export function entryRights(entry: bigint, entryBytes: 4 | 8): number {
  const execute = entryBytes === 8 && entry >> 63n !== 0n ? 0 : executeRight;
  return Number(entry & 6n) | execute;
}

/** `FNAME(protect_clean_gpte)`: the first write must be seen, so that dirty can be set. */
export function protectClean(access: number, entry: bigint): number {
  return (entry & dirtyBit) === 0n ? access & ~writeRight : access;
}

/** Whether an entry may be shadowed ahead of any access. */
export function isAccessedByGuest(entry: bigint): boolean {
  return (entry & accessedBit) !== 0n;
}

/** `permission_fault()`: @returns whether these rights allow the access. */
function allows(machine: ShadowMachine, rights: number, access: GuestAccess): boolean {
  if (access.execute && !(rights & executeRight)) return false;
  if (access.user && !(rights & userRight)) return false;
  const respects = access.user || machine.setup.cr0Wp;
  return !access.write || (rights & writeRight) !== 0 || !respects;
}

function finishWalk(
  machine: ShadowMachine,
  access: GuestAccess,
  reads: readonly Read[],
  rule: LevelRule,
  rights: number,
): GuestWalk | null {
  if (!allows(machine, rights, access)) return null;
  const leaf = reads.at(-1)!;
  for (const read of reads) setAccessedDirty(machine, read, read === leaf && access.write);
  const address = Number(entryTarget(rule, lowHalf(leaf.entry), highHalf(leaf.entry), true));
  const by = <Value>(value: (read: Read) => Value, none: Value): Value[] =>
    machine.kind.guestFormat.rules.map(({ level }) => {
      const read = reads.find((candidate) => candidate.level === level);
      return read ? value(read) : none;
    });
  return {
    tableGfn: by(({ tableGfn }) => tableGfn, 0),
    ptAccess: by(({ above }) => above, everyRight),
    entries: by(({ entry }) => entry, 0n),
    entryGpa: by(({ gpa }) => gpa, 0),
    level: leaf.level,
    gfn: Math.floor((address + (access.gva % 2 ** rule.shift)) / 4096),
    access: access.write ? rights : protectClean(rights, leaf.entry),
  };
}

/** `FNAME(update_accessed_dirty_bits)`. */
function setAccessedDirty(machine: ShadowMachine, read: Read, dirty: boolean): void {
  const { entryBytes } = machine.kind.guestFormat;
  const old = read.entry;
  const value = old | accessedBit | (dirty ? dirtyBit : 0n);
  if (value === old) return;
  machine.guest.write(read.gpa, entryBytes, value);
  machine.note('guest-write', {
    table: read.tableGfn * 4096,
    index: read.index,
    level: read.level,
    old,
    new: value,
    why: (value & dirtyBit) === (old & dirtyBit) ? 'guest-accessed' : 'guest-dirty',
  });
  read.entry = value;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function guestSnapshot(
  machine: ShadowMachine,
  { gva }: GuestAccess,
  { level, index, gpa, tableGfn, above, entry }: Read,
  reads: readonly Read[],
): WalkerState {
  const plain = (name: string, value: string) => ({ name, value, table: null });
  const letters = `${above & writeRight ? 'w' : '-'}${above & userRight ? 'u' : '-'}${above & executeRight ? 'x' : '-'}`;
  return {
    struct: 'guest_walker',
    table: tableGfn * 4096,
    memory: 'guest',
    index,
    level,
    gfn: Math.floor(gva / 4096),
    value: entry,
    path: reads.map((read) => read.tableGfn * 4096).reverse(),
    fields: [
      plain('addr', gvaText(machine.kind.guest, gva)),
      plain('level', String(level)),
      { name: `table_gfn[${level - 1}]`, value: hex(tableGfn), table: tableGfn * 4096 },
      plain(`pte_gpa[${level - 1}]`, hex(gpa)),
      plain(`ptes[${level - 1}]`, formatWord(entry)),
      plain(`pt_access[${level - 1}]`, letters),
      plain('cr3', hex(machine.state.cr3)),
    ],
  };
}
