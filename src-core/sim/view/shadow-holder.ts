import { isLast, isShadowPresent } from '../../kvm/spte';
import { hardwareKind } from '../../paging/level-rule';
import { highHalf, lowHalf } from '../../word';
import { entryTarget } from '../../walk/translate';
import type { MmuPage } from '../shadow/mmu-page';
import type { ShadowMachine } from '../shadow/shadow-machine';
import { entriesPerTable } from '../table-page';
import type { RowEntry } from './machine-view';

/** A table of the tree, the guest's own or KVM's, and which addresses it serves. */
export interface Holder {
  readonly memory: 'guest' | 'host';
  /** Its address: guest-physical for the guest's. */
  readonly table: number;
  readonly level: number;
  /** First guest virtual address of its first entry. */
  readonly gva: number;
  readonly entries: number;
  /** Address bytes that an entry covers. */
  readonly span: number;
  /** What KVM knows of it; `null`: the guest's, or the four entries above the roots. */
  readonly page: MmuPage | null;
  read(index: number): bigint;
  /** The table an entry leads to; undefined: none. */
  child(index: number): Holder | undefined;
  /** The entry maps a page. */
  isLeaf(index: number): boolean;
}

/** The guest's root table. */
export function guestRoot(machine: ShadowMachine): Holder {
  const { cr3 } = machine.state;
  return guestTable(machine, cr3, machine.kind.guestFormat.shape.levels, 0);
}

function guestTable(machine: ShadowMachine, table: number, level: number, gva: number): Holder {
  const { rules, entryBytes } = machine.kind.guestFormat;
  const rule = rules[level - 1]!;
  const span = 2 ** rule.shift;
  const read = (index: number): bigint =>
    machine.guest.read(table + index * entryBytes, entryBytes);
  const kindOf = (index: number) => {
    const entry = read(index);
    return hardwareKind(rule, lowHalf(entry), highHalf(entry));
  };
  return {
    memory: 'guest',
    table,
    level,
    gva,
    entries: 2 ** rule.indexBits,
    span,
    page: null,
    read,
    child: (index) => {
      if (level === 1 || kindOf(index) !== 'table') return undefined;
      const entry = read(index);
      const target = Number(entryTarget(rule, lowHalf(entry), highHalf(entry), false));
      return guestTable(machine, target, level - 1, gva + index * span);
    },
    isLeaf: (index) => kindOf(index) === 'leaf',
  };
}

/** The shadow root: a page, or the four entries above four pages; undefined: none is loaded. */
export function shadowRoot(machine: ShadowMachine): Holder | undefined {
  const { roots } = machine.state;
  const [first] = roots;
  if (machine.kind.guest.shadowRootLevel === 4)
    return first ? shadowTable(machine, first, 0) : undefined;
  const { paeRoot } = machine;
  if (roots.length === 0 || !paeRoot) return undefined;
  return {
    memory: 'host',
    table: paeRoot.pa,
    level: 3,
    gva: 0,
    entries: roots.length,
    span: 2 ** 30,
    page: null,
    read: (index) => paeRoot.entry(index),
    child: (index) => {
      const root = roots[index];
      return root ? shadowTable(machine, root, index * 2 ** 30) : undefined;
    },
    isLeaf: () => false,
  };
}

/** A shadow page. */
export function shadowTable(machine: ShadowMachine, page: MmuPage, gva: number): Holder {
  const { level, table } = page;
  const span = 4096 * 512 ** (level - 1);
  const read = (index: number): bigint => table.entry(index);
  return {
    memory: 'host',
    table: table.pa,
    level,
    gva,
    entries: entriesPerTable,
    span,
    page,
    read,
    child: (index) => {
      const child = machine.childOf(read(index), level);
      return child && shadowTable(machine, child, gva + index * span);
    },
    isLeaf: (index) =>
      isShadowPresent(machine.kind.masks, read(index)) && isLast(read(index), level),
  };
}

export function entryOf(holder: Holder, index: number): RowEntry {
  const { table, level, gva, span } = holder;
  return {
    table,
    index,
    level,
    gfn: Math.floor((gva + index * span) / 4096),
    value: holder.read(index),
  };
}
