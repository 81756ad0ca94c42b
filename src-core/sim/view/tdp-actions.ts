import { makeMmioSpte } from '../../kvm/make-spte';
import { isLast, isShadowPresent } from '../../kvm/spte';
import { formatWord } from '../../word';
import type { Machine } from '../machine';
import { maxHugeLevel, type Memslot } from '../memslot';
import { pagesAtLevel } from '../table-page';
import type { RowAction, RowEntry } from './machine-view';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What an action is offered for. */
interface Subject {
  readonly machine: Machine;
  /** The entry; of a run the first. */
  readonly entry: RowEntry;
  readonly asId: number;
  /** How many entries. */
  readonly count: number;
  readonly slot: Memslot | undefined;
  readonly present: boolean;
  readonly leaf: boolean;
}

type Offer = (subject: Subject) => RowAction | null;

const map: Offer = ({ entry, asId, slot, leaf }) =>
  leaf
    ? null
    : {
        verb: 'map',
        title: slot ? 'Map by a Page Fault' : 'Fault Here: No Slot, so MMIO',
        operation: 'fault',
        arguments: {
          gfn: hex(entry.gfn),
          asId,
          maxLevel: Math.min(entry.level, maxHugeLevel),
        },
        ask: ['access'],
      };

const access: Offer = ({ entry, asId }) => ({
  verb: 'access',
  title: 'Let the Guest Access It',
  operation: 'access',
  arguments: { gfn: hex(entry.gfn), asId },
  ask: ['access'],
});

/** First and last GFN of what is meant, as a range of operations. */
function range({ entry, count }: Subject): { start: string; end: string } {
  const pages = count * pagesAtLevel[entry.level]!;
  return { start: hex(entry.gfn), end: hex(entry.gfn + pages) };
}

const zap: Offer = (subject) =>
  subject.present
    ? {
        verb: 'zap',
        title: subject.count === 1 ? 'Zap' : 'Zap These',
        operation: 'zap-range',
        arguments: range(subject),
        ask: [],
      }
    : null;

const age: Offer = (subject) =>
  subject.present
    ? { verb: 'age', title: 'Age', operation: 'age', arguments: range(subject), ask: [] }
    : null;

/** A page of 4 KiB alone goes by way of the dirty log; anything larger only with its whole slot. */
const writeProtect: Offer = ({ entry, slot, present, leaf, count }) => {
  if (!slot || !present) return null;
  const { id } = slot.setup;
  if (leaf && entry.level === 1 && count === 1) {
    return {
      verb: 'write-protect',
      title: 'Write-Protect for the Dirty Log',
      operation: 'clear-dirty-log',
      arguments: { slot: id, gfn: hex(entry.gfn), mask: '0x1', by: 'write-protection' },
      ask: [],
    };
  }
  return {
    verb: 'write-protect',
    title: `Write-Protect Slot ${id}`,
    operation: 'write-protect',
    arguments: { slot: id },
    ask: [],
  };
};

const split: Offer = ({ entry, slot, leaf }) =>
  slot && leaf && entry.level > 1
    ? {
        verb: 'split',
        title: `Split Huge Pages of Slot ${slot.setup.id}`,
        operation: 'split',
        arguments: { slot: slot.setup.id },
        ask: [],
      }
    : null;

/** Where no slot is KVM makes the entry itself; anywhere else it takes a hand. */
const mmio: Offer = ({ machine, entry, asId, slot }) => {
  if (!slot) {
    const gfn = hex(entry.gfn);
    return {
      verb: 'mmio',
      title: 'Make MMIO by a Fault',
      operation: 'fault',
      arguments: { gfn, asId },
      ask: ['access'],
    };
  }
  const { kind, state } = machine;
  const { spte, warns } = makeMmioSpte(kind.masks, BigInt(entry.gfn), 0, state.generation);
  if (warns) return null;
  return {
    verb: 'mmio',
    title: 'Make MMIO by Hand',
    operation: 'write-entry',
    arguments: { table: hex(entry.table), index: entry.index, value: formatWord(spte) },
    ask: [],
  };
};

const set: Offer = ({ entry }) => ({
  verb: 'set',
  title: 'Set by Hand…',
  operation: 'write-entry',
  arguments: { table: hex(entry.table), index: entry.index },
  ask: ['value'],
  suggestions: { value: formatWord(entry.value) },
});

const hostChange: Offer = ({ entry, asId, slot, leaf, count }) =>
  slot && leaf && count === 1
    ? {
        verb: 'other',
        title: 'Move the Host’s Page…',
        operation: 'host-change',
        arguments: { gfn: hex(entry.gfn), asId },
        ask: ['pfn', 'writable'],
      }
    : null;

const offers: readonly Offer[] = [
  map,
  access,
  zap,
  writeProtect,
  age,
  split,
  mmio,
  set,
  hostChange,
];

/** What can be done to an entry, or to a run of them. */
export function entryActions(
  machine: Machine,
  entry: RowEntry,
  asId: number,
  count: number,
): RowAction[] {
  const present = isShadowPresent(machine.kind.masks, entry.value);
  const subject: Subject = {
    machine,
    entry,
    asId,
    count,
    slot: machine.slotOf(entry.gfn, asId),
    present,
    leaf: present && isLast(entry.value, entry.level),
  };
  return offers.map((offer) => offer(subject)).filter((action) => action !== null);
}

/** What can be done to a root. */
export const rootActions: readonly RowAction[] = [
  { verb: 'zap', title: 'Zap All', operation: 'zap-all', arguments: {}, ask: [] },
  { verb: 'other', title: 'Fast Zap', operation: 'fast-zap', arguments: {}, ask: [] },
];
