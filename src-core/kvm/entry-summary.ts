import { formatSize } from '../paging/byte-size';
import type { DecodedEntry, FactValue } from '../paging/decoded-entry';
import { formatWord } from '../word';

function isRecord(value: FactValue | undefined): value is Readonly<Record<string, FactValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rights as `rwx`, a dash for each that is missing; other rights by name. */
export function rightsText(rights: FactValue | undefined): string {
  if (!isRecord(rights)) return '';
  const letters = ['r', 'w', 'x'].map((right) => (rights[right] === true ? right : '-')).join('');
  const user = rights['u'] === false ? ' supervisor' : '';
  const userExecute = rights['xu'] === undefined ? '' : rights['xu'] === true ? ' xu' : ' no xu';
  return `${letters}${user}${userExecute}`;
}

function word(value: FactValue | undefined): string {
  return typeof value === 'bigint' ? formatWord(value) : '?';
}

/** Facts worth a word where they are true. */
const remarks: readonly { readonly fact: string; readonly text: string }[] = [
  { fact: 'host_writable', text: 'host-writable' },
  { fact: 'mmu_writable', text: 'MMU-writable' },
  { fact: 'access_tracked', text: 'access-tracked' },
  { fact: 'accessed', text: 'accessed' },
  { fact: 'dirty', text: 'dirty' },
];

/** One line that says what an entry is: for lists of readings, not for the hover's headline. */
export function summarizeEntry(entry: DecodedEntry): string {
  const { facts, kind } = entry;
  const size = kind === 'leaf' && entry.pageSize !== null ? [formatSize(entry.pageSize)] : [];
  const parts = [[kind, ...size, rightsText(facts['perms'])].join(' ').trim()];
  if (facts['pfn'] !== undefined) parts.push(`frame ${word(facts['pfn'])}`);
  if (facts['table_pfn'] !== undefined) parts.push(`table ${word(facts['table_pfn'])}`);
  if (isRecord(facts['mmio'])) {
    const { gfn, generation, access } = facts['mmio'];
    parts.push(
      `GFN ${word(gfn)}`,
      `generation ${word(generation)}`,
      `access ${typeof access === 'number' ? access : '?'}`,
    );
  }
  for (const { fact, text } of remarks) if (facts[fact] === true) parts.push(text);
  const adType = facts['ad_type'];
  if (typeof adType === 'string' && adType !== 'enabled') parts.push(`A/D ${adType}`);
  if (facts['hw_present'] === true) parts.push('used by the CPU');
  return parts.join(', ');
}
