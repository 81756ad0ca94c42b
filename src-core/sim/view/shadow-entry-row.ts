import { decodeEntry } from '../../kvm/decode';
import type { DecodeRequest } from '../../kvm/decode-request';
import { rightsText } from '../../kvm/entry-summary';
import { formatSize } from '../../paging/byte-size';
import type { EntryFormatName } from '../../paging/entry-format';
import { formatWord } from '../../word';
import { type GuestFormName, gvaText } from '../shadow/guest-form';
import type { ShadowMachine } from '../shadow/shadow-machine';
import type { Fold } from './fold-entries';
import type { RowKind } from './machine-view';
import { entryOf, type Holder } from './shadow-holder';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What the guest's own entries are called. */
const guestFormats: Readonly<Record<GuestFormName, EntryFormatName>> = {
  '32': 'guest32',
  pae: 'guest-pae',
  '64': 'guest64',
  'nested-npt': 'guest64',
};

/** How an entry's own decode is asked for: KVM's, or the hardware's for the guest's own. */
export function shadowRequest(
  machine: ShadowMachine,
  holder: Holder,
  index: number,
): DecodeRequest {
  const { kernel, cpu, guest } = machine.setup;
  const own = holder.memory === 'guest';
  // The four entries above the roots hold an address and P alone: KVM's own tests do not know them.
  const plain = own || holder.page === null;
  const why = own ? 'The simulated guest’s own table.' : `Simulated machine, kernel ${kernel}.`;
  const basis = { format: 'given', kernel: plain ? 'assumed' : 'given', why } as const;
  return {
    value: holder.read(index),
    format: own ? guestFormats[guest] : plain ? 'guest-pae' : machine.kind.guest.shadow,
    level: holder.level,
    cpu,
    ...(plain ? {} : { kernel }),
    basis,
  };
}

const several: Readonly<Record<string, string>> = { leaf: 'leaves', table: 'tables' };

/** Label and description of a row for an entry, or for a run of alike ones by its first. */
export function shadowEntryTexts(
  machine: ShadowMachine,
  holder: Holder,
  { first, count }: Fold,
): { readonly kind: RowKind; readonly label: string; readonly description: string } {
  const at = count === 1 ? `[${first}]` : `[${first}…${first + count - 1}] ${count}`;
  const decoded = decodeEntry(shadowRequest(machine, holder, first));
  // Only a level that the format has not got has no decode.
  if ('problem' in decoded) {
    return { kind: 'reserved', label: at, description: formatWord(holder.read(first)) };
  }
  const { kind, address, facts, pageSize } = decoded;
  const noun = count === 1 ? kind : (several[kind] ?? kind);
  const where = addressSpan(machine, holder, { first, count });
  if (kind === 'table') {
    const below = holder.child(first);
    const target = formatWord(address ?? 0n);
    return { kind, label: `${at} ${noun} ${target}`, description: tableText(where, below) };
  }
  if (kind !== 'leaf') return { kind, label: `${at} ${noun}`, description: where };
  const used = `${facts['accessed'] === true ? 'A' : ''}${facts['dirty'] === true ? 'D' : ''}`;
  const size = formatSize(pageSize ?? 0).replace(/ ([KMGT])iB$/, '$1');
  const frame = `→ ${holder.memory === 'guest' ? 'GFN' : 'PFN'} ${formatWord((address ?? 0n) >> 12n)}`;
  const parts = [size, rightsText(facts['perms']), used, frame, where];
  return {
    kind,
    label: `${at} ${noun}`,
    description: parts.filter((part) => part !== '').join(' '),
  };
}

/** Where the entries stand in the guest's address space. */
export function addressSpan(
  machine: ShadowMachine,
  holder: Holder,
  { first, count }: Fold,
): string {
  const { guest } = machine.kind;
  const begin = entryOf(holder, first).gfn * 4096;
  const last = begin + count * holder.span - 1;
  return `GVA ${gvaText(guest, begin)}–${gvaText(guest, last)}`;
}

/** Of a shadow page: what it shadows, which part of it, and whether it may be behind. */
function tableText(where: string, below: Holder | undefined): string {
  return below?.page ? `${pageText(below.page)} · ${where}` : where;
}

export function pageText(page: NonNullable<Holder['page']>): string {
  const parts = [
    `quadrant ${page.quadrant}`,
    page.direct ? `direct from GFN ${hex(page.gfn)}` : `shadows GFN ${hex(page.gfn)}`,
    ...(page.unsync ? ['unsync'] : []),
    ...(page.unsyncChildren > 0 ? [`${page.unsyncChildren} below may be behind`] : []),
    ...(page.rootCount > 0 ? ['root'] : []),
    ...(page.invalid ? ['invalid'] : []),
  ];
  return parts.join(', ');
}
