import { decodeEntry } from '../../kvm/decode';
import type { DecodeRequest } from '../../kvm/decode-request';
import { rightsText } from '../../kvm/entry-summary';
import { parseKernelVersion } from '../../kvm/kernel-version';
import { formatSize } from '../../paging/byte-size';
import type { DecodedEntry, FactValue } from '../../paging/decoded-entry';
import { formatWord } from '../../word';
import type { Machine } from '../machine';
import { pagesAtLevel } from '../table-page';
import type { Fold } from './fold-entries';
import type { RowEntry, RowKind } from './machine-view';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** How KVM's own decode of an entry of this machine is asked for. */
export function requestOf({ setup, kind }: Machine, { value, level }: RowEntry): DecodeRequest {
  const { format, kernel, cpu } = setup;
  // A kernel that was only posted has a layout and no version.
  const written = parseKernelVersion(kernel) ? { kernel } : { layout: kind.masks.era.name };
  const why = `Simulated machine, kernel ${kernel}.`;
  const basis = { format: 'given', kernel: 'given', why } as const;
  return { value, format, level, cpu, ...written, basis };
}

/** The GFNs that an entry, or a run of them, covers. */
export function gfnSpan({ gfn, level }: Pick<RowEntry, 'gfn' | 'level'>, count = 1): string {
  const last = gfn + count * pagesAtLevel[level]! - 1;
  return last === gfn ? `GFN ${hex(gfn)}` : `GFN ${hex(gfn)}–${hex(last)}`;
}

/** What a row says of an entry, or of a run of alike ones by its first. */
export interface EntryTexts {
  readonly kind: RowKind;
  readonly label: string;
  readonly description: string;
}

/** Label and description of a row. */
export function entryTexts(machine: Machine, entry: RowEntry, fold: Fold): EntryTexts {
  const decoded = decodeEntry(requestOf(machine, entry));
  // Only a level that the format has not got has no decode; tables of a machine have only others.
  if ('problem' in decoded) return plainTexts(entry);
  const { first, count } = fold;
  const at = count === 1 ? `[${first}]` : `[${first}…${first + count - 1}] ${count}`;
  const nouns = kindNouns[decoded.kind] ?? [decoded.kind, decoded.kind];
  const table = decoded.kind === 'table' ? ` ${formatWord(decoded.address ?? 0n)}` : '';
  return {
    kind: decoded.kind,
    label: `${at} ${nouns[count === 1 ? 0 : 1]}${table}`,
    description: describe(decoded, entry, count),
  };
}

function plainTexts({ index, value }: RowEntry): EntryTexts {
  return { kind: 'reserved', label: `[${index}]`, description: formatWord(value) };
}

/** One and several. */
const kindNouns: Readonly<Record<string, readonly [string, string]>> = {
  leaf: ['leaf', 'leaves'],
  table: ['table', 'tables'],
  mmio: ['MMIO', 'MMIO'],
};

function describe(decoded: DecodedEntry, entry: RowEntry, count: number): string {
  const trouble = decoded.findings.filter(({ severity }) => severity === 'error');
  const parts = [...partsOf(decoded, entry, count), ...trouble.map(({ code }) => code)];
  return parts.filter((part) => part !== '').join(' ');
}

function partsOf(decoded: DecodedEntry, entry: RowEntry, count: number): string[] {
  const { kind, facts, pageSize, address } = decoded;
  if (kind === 'leaf') {
    const { accessed, dirty, access_tracked: tracked } = facts;
    const used = `${accessed === true ? 'A' : ''}${dirty === true ? 'D' : ''}`;
    const size = formatSize(pageSize ?? 0).replace(/ ([KMGT])iB$/, '$1');
    const frames = `→ ${frameSpan(address, count === 1 ? 1 : count * pagesAtLevel[entry.level]!)}`;
    return [
      size,
      rightsText(facts['perms']),
      used,
      frames,
      tracked === true ? 'access-tracked' : '',
    ];
  }
  if (kind === 'table') return [gfnSpan(entry, count)];
  if (kind === 'mmio') return [mmioText(facts['mmio'])];
  if (kind === 'empty') return count === 1 ? [] : [gfnSpan(entry, count)];
  return [formatWord(decoded.value)];
}

function frameSpan(address: bigint | null, frames: number): string {
  if (address === null) return '?';
  const first = address >> 12n;
  return frames === 1
    ? formatWord(first)
    : `${formatWord(first)}–${formatWord(first + BigInt(frames - 1))}`;
}

function mmioText(mmio: FactValue | undefined): string {
  if (typeof mmio !== 'object' || mmio === null || !('gfn' in mmio)) return '';
  const { gfn, generation } = mmio;
  const word = (value: FactValue | undefined): string =>
    typeof value === 'bigint' ? formatWord(value) : '?';
  return `GFN ${word(gfn)} generation ${word(generation)}`;
}
