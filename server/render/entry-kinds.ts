import type { EntryKind } from '../../src-core/index';

interface KindText {
  /** What stands in a headline after the format's name. */
  readonly title: string;
  /** The kind in a table's cell or a short row. */
  readonly word: string;
  /** What it means that the entry is so; empty where the headline says it all. */
  readonly says: string;
}

/** Entry kinds as a person reads them. */
export const entryKinds: Readonly<Record<EntryKind, KindText>> = {
  leaf: { title: 'leaf', word: 'leaf', says: '' },
  table: { title: 'table entry', word: 'table', says: '' },
  mmio: {
    title: 'MMIO entry',
    word: 'mmio',
    says: 'No memory here: an access faults on purpose, and KVM emulates it from what the entry caches.',
  },
  removed: {
    title: 'removed entry',
    word: 'removed',
    says: 'KVM has taken the entry out while it tears the table down; no CPU uses it.',
  },
  frozen: {
    title: 'frozen entry',
    word: 'frozen',
    says: 'Another CPU is in the middle of changing the entry; it maps nothing meanwhile.',
  },
  disconnected: {
    title: 'disconnected entry',
    word: 'disconnected',
    says: 'The entry was cut off from its external (secure) table; it maps nothing.',
  },
  empty: { title: 'empty entry', word: 'empty', says: 'Nothing is mapped; an access faults.' },
  'not-present': {
    title: 'entry, not present',
    word: 'not present',
    says: 'The CPU finds nothing mapped here; an access faults.',
  },
  block: { title: 'block', word: 'block', says: '' },
  page: { title: 'page', word: 'page', says: '' },
  invalid: {
    title: 'invalid entry',
    word: 'invalid',
    says: 'The CPU finds nothing mapped here; an access takes a translation fault.',
  },
  reserved: {
    title: 'reserved encoding',
    word: 'reserved',
    says: 'The CPU treats this encoding as invalid; an access takes a translation fault.',
  },
};

/** Kinds that map memory. */
export function mapsMemory(kind: EntryKind): boolean {
  return kind === 'leaf' || kind === 'block' || kind === 'page';
}
