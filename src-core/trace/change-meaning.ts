import {
  frameNumber,
  isAccessed,
  isAccessTracked,
  isDirty,
  isExecutable,
  isLast,
  isMmio,
  isParked,
  isShadowPresent,
  isWritable,
} from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';
import type { DecodedEntry, EntryKind } from '../paging/decoded-entry';
import { isEmpty } from './spte-shape';
import { highHalf, lowHalf } from '../word';

/** What an entry is to KVM. `foreign`: not present, and none of the values KVM writes. */
export type EntryRole = 'empty' | 'mmio' | 'parked' | 'leaf' | 'table' | 'foreign';

/** A right, or a state, of a leaf that a change gave or took. */
export type LeafTrait = 'write' | 'execute' | 'accessed' | 'dirty' | 'tracked';

/**
 * What KVM does about TLBs. `none`: nothing stale can be cached, or what is cached does no harm;
 * `needed`: before the memory is used for anything else.
 */
export type FlushNeed = 'none' | 'needed';

/** What a change of an entry means for KVM's books. Source: `__handle_changed_spte()`, tdp_mmu.c. */
export interface ChangeMeaning {
  readonly from: EntryRole;
  readonly to: EntryRole;
  /** Pages counted at a level, more or fewer (`pages_4k`, `pages_2m`, `pages_1g`). */
  readonly counts: readonly { readonly level: number; readonly by: number }[];
  /** The frame or table that the entry leads to is another one. */
  readonly frameChanged: boolean;
  readonly gained: readonly LeafTrait[];
  readonly lost: readonly LeafTrait[];
  /** A table of smaller pages takes a huge page's place, or the other way round. */
  readonly splits: boolean;
  readonly merges: boolean;
  /** The table below, with all under it, is taken down. */
  readonly removesTable: boolean;
  readonly flush: FlushNeed;
  /** What the kernel says: a present leaf must not become another's, a table not another table. */
  readonly verdict: 'ok' | 'bug' | 'warn';
}

const traits: Readonly<Record<LeafTrait, (masks: SpteMasks, spte: bigint) => boolean>> = {
  write: (_, spte) => isWritable(spte),
  execute: isExecutable,
  accessed: isAccessed,
  dirty: isDirty,
  tracked: (masks, spte) => isAccessTracked(masks, spte) === true,
};

const traitNames = Object.keys(traits) as readonly LeafTrait[];

/** What an entry of a level is to KVM. */
export function entryRole(masks: SpteMasks, spte: bigint, level: number): EntryRole {
  if (isParked(masks, spte)) return 'parked';
  if (isMmio(masks, spte)) return 'mmio';
  if (isShadowPresent(masks, spte)) return isLast(spte, level) ? 'leaf' : 'table';
  return isEmpty(lowHalf(spte), highHalf(spte)) ? 'empty' : 'foreign';
}

/** An entry before or after a change, as far as a change is judged by it. */
interface EntryState {
  readonly role: EntryRole;
  /** Of a leaf or a table: the page it leads to. */
  readonly frame: bigint | null;
  /** Of a leaf. */
  readonly traits: readonly LeafTrait[];
}

/** What a change of an entry means; both values as the line tells them. */
export function changeMeaning(
  masks: SpteMasks,
  level: number,
  old: bigint,
  value: bigint,
): ChangeMeaning {
  const stateOf = (spte: bigint): EntryState => {
    const role = entryRole(masks, spte, level);
    const present = role === 'leaf' || role === 'table';
    return {
      role,
      frame: present ? frameNumber(masks, spte) : null,
      traits: role === 'leaf' ? traitNames.filter((trait) => traits[trait](masks, spte)) : [],
    };
  };
  return meaningOf(level, stateOf(old), stateOf(value), old === value);
}

/** The same of two entries that are decoded: of any format, with or without KVM. */
export function changeOfEntries(before: DecodedEntry, after: DecodedEntry): ChangeMeaning {
  const same = before.value === after.value;
  return meaningOf(after.level, decodedState(before), decodedState(after), same);
}

const decodedRoles: Readonly<Record<EntryKind, EntryRole>> = {
  leaf: 'leaf',
  page: 'leaf',
  block: 'leaf',
  table: 'table',
  mmio: 'mmio',
  removed: 'parked',
  frozen: 'parked',
  disconnected: 'parked',
  empty: 'empty',
  'not-present': 'foreign',
  invalid: 'foreign',
  reserved: 'foreign',
};

function decodedState({ kind, address, permissions, facts }: DecodedEntry): EntryState {
  const role = decodedRoles[kind];
  const present = role === 'leaf' || role === 'table';
  const has: Readonly<Record<LeafTrait, boolean>> = {
    write: permissions?.write === true,
    execute: permissions?.execute === true,
    accessed: facts.accessed === true,
    dirty: facts.dirty === true,
    tracked: facts.access_tracked === true,
  };
  return {
    role,
    frame: present && address !== null ? address >> 12n : null,
    traits: role === 'leaf' ? traitNames.filter((trait) => has[trait]) : [],
  };
}

function meaningOf(
  level: number,
  before: EntryState,
  after: EntryState,
  same: boolean,
): ChangeMeaning {
  const from = before.role;
  const to = after.role;
  const wasLeaf = from === 'leaf';
  const isLeaf = to === 'leaf';
  const bothPresent = before.frame !== null && after.frame !== null;
  const frameChanged = bothPresent && before.frame !== after.frame;
  const bothLeaves = wasLeaf && isLeaf;
  const lost = bothLeaves ? before.traits.filter((trait) => !after.traits.includes(trait)) : [];
  const gained = bothLeaves ? after.traits.filter((trait) => !before.traits.includes(trait)) : [];
  return {
    from,
    to,
    counts: wasLeaf === isLeaf ? [] : [{ level, by: isLeaf ? 1 : -1 }],
    frameChanged,
    gained,
    lost,
    splits: wasLeaf && to === 'table',
    merges: from === 'table' && isLeaf,
    removesTable: from === 'table' && (to !== 'table' || frameChanged),
    flush: flushNeed(from, to, frameChanged, gained.includes('tracked') ? [] : lost),
    verdict: verdictOf(from, to, frameChanged, same),
  };
}

/**
 * A TLB never holds what was not present; a split changes no translation; ageing needs no flush
 * (`kvm_tdp_mmu_age_gfn_range()`), taking away a right does.
 * @param lost rights taken away for good, not those that ageing keeps aside
 */
function flushNeed(
  from: EntryRole,
  to: EntryRole,
  frameChanged: boolean,
  lost: readonly LeafTrait[],
): FlushNeed {
  if (from !== 'leaf' && from !== 'table') return 'none';
  if (from === 'leaf' && to === 'table') return 'none';
  if (from === to && !frameChanged) {
    return lost.includes('write') || lost.includes('execute') ? 'needed' : 'none';
  }
  return 'needed';
}

function verdictOf(
  from: EntryRole,
  to: EntryRole,
  frameChanged: boolean,
  same: boolean,
): ChangeMeaning['verdict'] {
  if (from === 'leaf' && to === 'leaf' && frameChanged) return 'bug';
  if (from === 'table' && to === 'table' && frameChanged) return 'warn';
  const absent = (role: EntryRole): boolean => role === 'empty' || role === 'foreign';
  const unexpected = (absent(from) || from === 'parked') && absent(to) && !same;
  return unexpected ? 'warn' : 'ok';
}
