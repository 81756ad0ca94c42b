import {
  type ChangeMeaning,
  changeOfEntries,
  type DecodedEntry,
  type EntryKind,
  type EntryRole,
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

const stale =
  'CPUs may still hold the old translation: KVM flushes before the memory is used anew.';
const nothingCached = 'No flush is needed: nothing was there to be cached.';
const handler = '__handle_changed_spte()';

/** What KVM itself would say of a change. Source: `__handle_changed_spte()`, tdp_mmu.c, v5.11 – v7.1. */
const verdicts: Readonly<Record<'leaf' | 'table' | 'absent', string>> = {
  leaf: `A present leaf got another frame without being cleared in between: KVM takes this for a bug (BUG in ${handler}).`,
  table: `A table took another's place without being unlinked in between: KVM warns of it (WARN in ${handler}).`,
  absent: `One value that maps nothing took another's place: KVM warns of it (WARN in ${handler}), unless one of them is MMIO or the new one is parked.`,
};

/** What becomes of an entry by its new role, where more than a count follows. */
const becomes: Readonly<Partial<Record<EntryRole, string>>> = {
  mmio: 'Accesses fault on purpose from now on, and KVM emulates them.',
  table: 'A table is linked below this entry.',
};

/** The consequence of a change for KVM's books and for TLBs; an empty text where there is none. */
export function consequenceOf(change: Change): string {
  const meaning = changeOfEntries(change.before, change.after);
  const told = verdictText(meaning) ?? [...whatHappens(meaning, change), ...flushText(meaning)];
  return typeof told === 'string' ? told : told.join(' ');
}

function verdictText({ verdict, from, to }: ChangeMeaning): string | null {
  if (verdict === 'ok') return null;
  if (from === 'leaf' && to === 'leaf') return verdicts.leaf;
  return from === 'table' && to === 'table' ? verdicts.table : verdicts.absent;
}

function whatHappens(meaning: ChangeMeaning, { before, after }: Change): string[] {
  const { from, to, counts, splits, merges, removesTable } = meaning;
  if (splits) return [`The ${pageOf(before)} is split: a table of smaller pages takes its place.`];
  if (merges) return [`Smaller pages are put together to one ${pageOf(after)}.`];
  if (from === 'leaf' && to === 'leaf') return [leafText(meaning)];
  const below = to === 'parked' ? 'is being torn down' : 'is unmapped with it';
  return [
    ...(removesTable ? [`Everything below this entry ${below}.`] : []),
    ...counts.map(({ by }) =>
      by > 0 ? `KVM counts one more ${pageOf(after)}.` : `KVM counts one ${pageOf(before)} fewer.`,
    ),
    ...(from === to ? [] : [becomes[to] ?? '']),
  ].filter((text) => text !== '');
}

/** What a leaf lost, or that it lost nothing. */
function leafText({ gained, lost, flush }: ChangeMeaning): string {
  if (gained.includes('tracked')) {
    return 'The entry is marked for access tracking: the next access faults, and KVM gives its rights back.';
  }
  if (flush === 'needed') {
    const rights = lost.filter((trait) => trait === 'write' || trait === 'execute');
    return `The right to ${rights.join(' and ')} is taken away.`;
  }
  return 'No right is taken away: a CPU that still holds the old translation only faults once more.';
}

function flushText({ from, to, flush }: ChangeMeaning): string[] {
  if (flush === 'needed') return [stale];
  const wasPresent = from === 'leaf' || from === 'table';
  return !wasPresent && (to === 'leaf' || to === 'table') ? [nothingCached] : [];
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
