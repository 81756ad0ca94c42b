import { formatWord } from '../word';
import type { FieldRole, FieldSpec } from './format';

const paging = 'SDM vol. 3A "4-Level Paging and 5-Level Paging"; APM vol. 2 5.4';

/** A field of one bit with a sentence for each value. */
export function flagField(
  name: string,
  bit: number,
  role: FieldRole,
  [clear, set]: readonly [string, string],
  source: string,
): FieldSpec {
  return { name, high: bit, low: bit, role, source, meaning: (value) => (value ? set : clear) };
}

/** The field that holds an address; its meaning is the byte address. */
export function addressField(name: string, high: number, low: number, source: string): FieldSpec {
  return {
    name,
    high,
    low,
    role: 'address',
    source,
    meaning: (value) => `address ${formatWord(value << BigInt(low))}`,
  };
}

/** Bits that mean the same at every level of x86-64, NPT, PAE and 32-bit paging. */
export const x86Bits = {
  present: flagField('present', 0, 'permission', ['not present', 'present'], paging),
  write: flagField('write', 1, 'permission', ['read-only', 'writable'], paging),
  user: flagField('user', 2, 'permission', ['supervisor only', 'user access allowed'], paging),
  writeThrough: flagField('write-through', 3, 'attribute', ['', 'PWT set'], paging),
  cacheDisable: flagField('cache-disable', 4, 'attribute', ['', 'PCD set'], paging),
  accessed: flagField('accessed', 5, 'state', ['not accessed', 'accessed'], paging),
  dirty: flagField('dirty', 6, 'state', ['not written to', 'written to'], paging),
  table: flagField('page-size', 7, 'attribute', ['points at a table', 'maps a page'], paging),
  pat: flagField('PAT', 7, 'attribute', ['', 'PAT set'], paging),
  largePat: flagField('PAT', 12, 'attribute', ['', 'PAT set'], paging),
  global: flagField('global', 8, 'attribute', ['', 'kept across CR3 loads (CR4.PGE)'], paging),
  noExecute: flagField('no-execute', 63, 'permission', ['executable', 'not executable'], paging),
} as const;

export const protectionKey: FieldSpec = {
  name: 'protection-key',
  high: 62,
  low: 59,
  role: 'attribute',
  meaning: (value) => `key ${value}, if CR4.PKE (user) or CR4.PKS (supervisor) is on`,
  source: 'SDM vol. 3A "Protection Keys"; APM vol. 2 5.6.6',
};

export const pagingSource = paging;
