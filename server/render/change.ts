import {
  type DecodedEntry,
  type EntryKind,
  type FactValue,
  formatWord,
  sizeText,
} from '../../src-core/index';

import { code, type Line, type Table } from './answer';
import { entryKinds, mapsMemory } from './entry-kinds';
import { isFacts, plain } from './fact-phrases';

/** An entry before and after a change. */
export interface Change {
  readonly before: DecodedEntry;
  readonly after: DecodedEntry;
}

/** An entry as a part of a sentence: `a writable 4 KiB leaf`, `not present`. */
export function entryPhrase(entry: DecodedEntry): string {
  if (mapsMemory(entry.kind)) {
    const size = entry.pageSize === null ? '' : `${sizeText(entry.pageSize)} `;
    const tracked = entry.facts.access_tracked === true;
    const writable = entry.permissions?.write ?? false;
    const rights = tracked ? 'an access-tracked' : writable ? 'a writable' : 'a read-only';
    return `${rights} ${size}${entryKinds[entry.kind].word}`;
  }
  return phrases[entry.kind] ?? entryKinds[entry.kind].word;
}

const phrases: Readonly<Partial<Record<EntryKind, string>>> = {
  table: 'a table',
  mmio: 'an MMIO entry',
  empty: 'not present',
  'not-present': 'not present',
};

type Role = 'none' | 'leaf' | 'table' | 'mmio' | 'parked';

const roles: Readonly<Record<EntryKind, Role>> = {
  leaf: 'leaf',
  page: 'leaf',
  block: 'leaf',
  table: 'table',
  mmio: 'mmio',
  removed: 'parked',
  frozen: 'parked',
  disconnected: 'parked',
  empty: 'none',
  'not-present': 'none',
  invalid: 'none',
  reserved: 'none',
};

const stale =
  'CPUs may still hold the old translation: KVM flushes before the memory is used anew.';
const nothingCached = 'No flush is needed: nothing was there to be cached.';

/**
 * What a change means for KVM's books and for TLBs, by what the entry was and is. Source:
 * `__handle_changed_spte()`, arch/x86/kvm/mmu/tdp_mmu.c, v5.11 – v7.1.
 */
const consequences: Readonly<Partial<Record<`${Role} ${Role}`, (change: Change) => string>>> = {
  'none leaf': ({ after }) => `KVM counts one more ${pageOf(after)}. ${nothingCached}`,
  'none table': () => `A table is linked below this entry. ${nothingCached}`,
  'none mmio': () => 'Accesses fault on purpose from now on, and KVM emulates them.',
  'parked leaf': ({ after }) => `KVM counts one more ${pageOf(after)}. ${nothingCached}`,
  'parked none': () => 'The entry is free again; it was parked while its table was torn down.',
  'leaf none': ({ before }) => `KVM counts one ${pageOf(before)} fewer. ${stale}`,
  'leaf parked': ({ before }) => `KVM counts one ${pageOf(before)} fewer. ${stale}`,
  'table none': () => `Everything below this entry is unmapped with it. ${stale}`,
  'table parked': () => `Everything below this entry is being torn down. ${stale}`,
  'leaf table': ({ before }) =>
    `The ${pageOf(before)} is split: a table of smaller pages takes its place.`,
  'table leaf': ({ after }) => `Smaller pages are put together to one ${pageOf(after)}. ${stale}`,
  'leaf leaf': leafChange,
};

/** The consequence of a change; an empty text where there is none to tell. */
export function consequenceOf(change: Change): string {
  const { before, after } = change;
  return consequences[`${roles[before.kind]} ${roles[after.kind]}`]?.(change) ?? '';
}

function leafChange({ before, after }: Change): string {
  if (before.address !== after.address) {
    return 'A present leaf got another frame without being cleared in between: KVM takes this for a bug (BUG in __handle_changed_spte()).';
  }
  const lost = (['read', 'write', 'execute'] as const).filter(
    (right) => before.permissions?.[right] === true && after.permissions?.[right] !== true,
  );
  if (lost.length > 0) return `The right to ${lost.join(' and ')} is taken away. ${stale}`;
  return 'No right is taken away: a CPU that still holds the old translation only faults once more.';
}

function pageOf(entry: DecodedEntry): string {
  return entry.pageSize === null ? 'page' : `${sizeText(entry.pageSize)} page`;
}

interface ChangeRow {
  readonly fact: string;
  /** The word a reader knows it by. */
  readonly name: string;
  /** What an entry without this fact counts as having: no row for a change to it. */
  readonly rest?: FactValue;
  readonly text?: (value: FactValue) => string;
}

/** Facts worth a row where they differ. */
const changeRows: readonly ChangeRow[] = [
  { fact: 'kind', name: 'kind' },
  { fact: 'pfn', name: 'frame' },
  { fact: 'table_pfn', name: 'table frame' },
  { fact: 'page_size', name: 'page size', text: (bytes) => sizeText(Number(bytes)) },
  { fact: 'perms', name: 'rights', text: rightsOf },
  { fact: 'host_writable', name: 'host-writable' },
  { fact: 'mmu_writable', name: 'MMU-writable' },
  { fact: 'access_tracked', name: 'access-tracked', rest: false },
  { fact: 'saved_perms', name: 'saved rights', text: rightsOf },
  { fact: 'accessed', name: 'accessed' },
  { fact: 'dirty', name: 'dirty' },
  { fact: 'ad_type', name: 'A/D type', rest: 'enabled' },
  { fact: 'memtype_name', name: 'memory type' },
  { fact: 'mmio', name: 'MMIO' },
];

/** Only what differs: a column for the old value, one for the new. */
export function changeTable({ before, after }: Change): Table {
  const rows = changeRows.flatMap((row): Line[][] => {
    const [one, other] = [before, after].map(({ facts }) => facts[row.fact] ?? row.rest);
    if (factText(row, one) === factText(row, other)) return [];
    return [[[row.name], [factText(row, one)], [factText(row, other)]]];
  });
  return {
    head: [[], ['old ', code(formatWord(before.value))], ['new ', code(formatWord(after.value))]],
    rows,
  };
}

function factText({ text }: ChangeRow, value: FactValue | undefined): string {
  if (value === undefined || value === null) return '–';
  if (text) return text(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return plain(value);
}

function rightsOf(rights: FactValue): string {
  if (!isFacts(rights)) return plain(rights);
  return ['r', 'w', 'x', 'u', 'xu'].filter((right) => rights[right] === true).join(' ') || 'none';
}
