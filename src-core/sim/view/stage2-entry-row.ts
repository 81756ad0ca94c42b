import { decodeEntry } from '../../kvm/decode';
import type { DecodeRequest } from '../../kvm/decode-request';
import { levelFromArchitecture } from '../../paging/arm64-granule';
import { formatSize } from '../../paging/byte-size';
import type { DecodedEntry } from '../../paging/decoded-entry';
import { formatWord } from '../../word';
import type { Stage2Machine } from '../stage2/stage2-machine';
import { rightsText } from '../stage2/protection';
import type { Fold } from './fold-entries';
import type { RowEntry, RowKind } from './machine-view';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** How KVM's own decode of an entry of this machine is asked for. */
export function stage2Request({ setup }: Stage2Machine, entry: RowEntry): DecodeRequest {
  const { kernel, descriptors, hardwareAccessFlag } = setup;
  const { granule, lpa2, fwb } = descriptors;
  const why = `Simulated machine, kernel ${kernel}.`;
  return {
    value: entry.value,
    format: 'arm64-s2',
    level: levelFromArchitecture(entry.level),
    cpu: { granule: granule.name, lpa2, fwb, hardwareAccessFlag },
    kernel,
    basis: { format: 'given', kernel: 'given', why },
  };
}

/** The input addresses that an entry, or a run of them, covers. */
export function ipaSpan({ geometry }: Stage2Machine, { gfn, level }: RowEntry, count = 1): string {
  const first = gfn * geometry.pageBytes;
  return `IPA ${hex(first)}–${hex(first + count * geometry.size(level) - 1)}`;
}

/** What a row says of an entry, or of a run of alike ones by its first. */
export interface Stage2EntryTexts {
  readonly kind: RowKind;
  readonly label: string;
  readonly description: string;
}

const several: Readonly<Record<string, string>> = { block: 'blocks', page: 'pages' };

/** Label and description of a row. */
export function stage2EntryTexts(
  machine: Stage2Machine,
  entry: RowEntry,
  { first, count }: Fold,
): Stage2EntryTexts {
  const at = count === 1 ? `[${first}]` : `[${first}…${first + count - 1}] ${count}`;
  const decoded = decodeEntry(stage2Request(machine, entry));
  // Only a level that the granule has not got has no decode.
  if ('problem' in decoded) {
    return { kind: 'invalid', label: at, description: formatWord(entry.value) };
  }
  const empty = entry.value === 0n;
  const noun = count === 1 ? decoded.kind : (several[decoded.kind] ?? decoded.kind);
  const table = decoded.kind === 'table' ? ` ${formatWord(decoded.address ?? 0n)}` : '';
  return {
    kind: empty ? 'empty' : decoded.kind,
    label: `${at} ${empty ? 'empty' : noun}${table}`,
    description: describe(machine, decoded, entry, count),
  };
}

function describe(
  machine: Stage2Machine,
  { kind, address, facts }: DecodedEntry,
  entry: RowEntry,
  count: number,
): string {
  const { descriptors, geometry, tables } = machine;
  if (entry.value === 0n) return count === 1 ? '' : ipaSpan(machine, entry, count);
  if (kind === 'table') {
    const child = tables.childOf(entry.value, entry.level);
    return `${ipaSpan(machine, entry)}${child ? `, ${referencesText(child.count)}` : ''}`;
  }
  if (kind !== 'block' && kind !== 'page')
    return `${annotationText(facts['kvm'])} ${formatWord(entry.value)}`;
  const size = formatSize(geometry.size(entry.level)).replace(/ ([KMGT])iB$/, '$1');
  const last = (address ?? 0n) + BigInt(count * geometry.size(entry.level)) - 1n;
  const young = descriptors.isYoung(entry.value) ? 'AF' : 'old';
  const rights = rightsText(descriptors.protection(entry.value));
  return `${size} ${rights} ${young} → ${formatWord(address ?? 0n)}–${formatWord(last)}`;
}

/** An invalid entry that says something: LOCKED, an owner. */
function annotationText(said: unknown): string {
  if (typeof said !== 'object' || said === null || !('annotation' in said)) return '';
  const { annotation } = said;
  const owner = 'owner' in said ? ` ${String(said.owner)}` : '';
  return annotation === 'locked' ? 'LOCKED: break-before-make' : `${String(annotation)}${owner}`;
}

export function referencesText(count: number): string {
  return count === 1 ? '1 reference' : `${count} references`;
}
