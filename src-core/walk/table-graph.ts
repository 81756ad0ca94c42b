import type { FrameStore } from '../memory/frame-store';
import { canonicalAddress } from '../paging/canonical';
import type { CompiledFormat } from '../paging/format';
import { AddressColumn, NumberColumn } from './number-column';
import { childTable, forEachEntry } from './table-entries';
import { walkKind } from './walk-kind';

/** Of an entry that points at a table: the memory holds nothing of it. */
export const missingChild = 0xffff_ffff;
/** Of an entry that points at a table: it is one of those that lead to the entry. */
export const cyclicChild = 0xffff_fffe;

/** Tables at most: tables that share tables are few, but a bad dump may claim anything. */
const mostTables = 1 << 22;

/**
 * The tables below a root and every entry that leads from one to another, in columns: a table that
 * two entries point at stands here once, with both of them; read at two levels it stands here twice.
 * Table 0 is the root. Levels fall along every entry, so that there are no circles here.
 */
export class TableGraph {
  /** Byte address of each table. */
  readonly address = new AddressColumn();
  readonly level = new NumberColumn();
  /** Where each table was met first: the pointing entry's number; the root's means nothing. */
  readonly metBy = new NumberColumn();
  /** First pointing entry of each table, and one more for the end. */
  readonly firstEntry = new NumberColumn();
  /** Pointing entries: the table each stands in, its index there, and what it points at. */
  readonly parent = new NumberColumn();
  readonly index = new NumberColumn();
  readonly child = new NumberColumn();
  /** Tables that were not read because there were too many. */
  incomplete = false;
  private readonly numbers: Map<number, number>[];
  private incomingOf: { readonly first: Uint32Array; readonly entries: Uint32Array } | undefined;

  constructor(
    readonly memory: FrameStore,
    readonly compiled: CompiledFormat,
    readonly root: bigint,
  ) {
    const levels = compiled.rules.length;
    this.numbers = Array.from({ length: levels + 1 }, () => new Map<number, number>());
    this.firstEntry.push(0);
    this.add(Number(root), levels, 0);
  }

  /** Number of tables. */
  get tables(): number {
    return this.address.length;
  }

  /** Reads so many tables; false: that was all. */
  advance(tables: number): boolean {
    // A table's end is noted once it is read, so the next one to read is known from that.
    for (let count = 0; count < tables; count++) {
      const next = this.firstEntry.length - 1;
      if (next >= this.tables) return false;
      this.read(next);
      this.firstEntry.push(this.parent.length);
    }
    return this.firstEntry.length - 1 < this.tables;
  }

  /** The table at a byte address, at its highest level where it has several; -1: none. */
  find(address: number): number {
    for (let level = this.numbers.length - 1; level >= 1; level--) {
      const table = this.numbers[level]!.get(address);
      if (table !== undefined) return table;
    }
    return -1;
  }

  /** The table of that level at a byte address; -1: none. */
  findAt(address: number, level: number): number {
    return this.numbers[level]?.get(address) ?? -1;
  }

  /** Numbers of the entries that point at a table. */
  incoming(table: number): Uint32Array {
    this.incomingOf ??= this.turnRound();
    const { first, entries } = this.incomingOf;
    return entries.subarray(first[table], first[table + 1]);
  }

  /** First input address that an entry translates where its table was met first, in canonical form. */
  inputOf(table: number, index: number): bigint {
    const { shift } = this.compiled.rules[this.level.at(table) - 1]!;
    const plain = this.plainInput(table) + (BigInt(index) << BigInt(shift));
    return canonicalAddress(this.compiled, plain);
  }

  /** A pointing entry itself. */
  halves(entry: number): { readonly lo: number; readonly hi: number } {
    const { memory, compiled } = this;
    const address = this.entryAddress(entry);
    const slot = memory.slotOf(Math.floor(address / 4096));
    const half = (address % 4096) >>> 2;
    const hi = compiled.entryBytes === 8 ? memory.half(slot, half + 1) : 0;
    return { lo: memory.half(slot, half), hi };
  }

  /** Byte address of the table that a pointing entry names, held or not. */
  target(entry: number): number {
    const { lo, hi } = this.halves(entry);
    return childTable(this.compiled, this.level.at(this.parent.at(entry)), lo, hi);
  }

  /** Byte address of a pointing entry. */
  entryAddress(entry: number): number {
    return this.address.at(this.parent.at(entry)) + this.index.at(entry) * this.compiled.entryBytes;
  }

  private plainInput(table: number): bigint {
    if (table === 0) return 0n;
    const entry = this.metBy.at(table);
    const parent = this.parent.at(entry);
    const { shift } = this.compiled.rules[this.level.at(parent) - 1]!;
    return this.plainInput(parent) + (BigInt(this.index.at(entry)) << BigInt(shift));
  }

  private add(address: number, level: number, metBy: number): number {
    const table = this.address.length;
    this.address.push(address);
    this.level.push(level);
    this.metBy.push(metBy);
    this.numbers[level]!.set(address, table);
    return table;
  }

  private read(table: number): void {
    const { memory, compiled } = this;
    const level = this.level.at(table);
    const rule = compiled.rules[level - 1]!;
    if (level === 1) return;
    forEachEntry(memory, compiled, this.address.at(table), level, (index, lo, hi) => {
      if (walkKind(rule, lo, hi) !== 'table') return;
      const entry = this.parent.length;
      this.parent.push(table);
      this.index.push(index);
      this.child.push(this.childOf(table, entry, childTable(compiled, level, lo, hi)));
    });
  }

  private childOf(table: number, entry: number, address: number): number {
    if (this.leadsTo(table, address)) return cyclicChild;
    const known = this.numbers[this.level.at(table) - 1]!.get(address);
    if (known !== undefined) return known;
    if (this.memory.slotOf(Math.floor(address / 4096)) < 0) return missingChild;
    if (this.tables >= mostTables) {
      this.incomplete = true;
      return missingChild;
    }
    return this.add(address, this.level.at(table) - 1, entry);
  }

  /** Whether a table at that address is on the way from the root to this one, or is this one. */
  private leadsTo(table: number, address: number): boolean {
    for (let at = table; ; at = this.parent.at(this.metBy.at(at))) {
      if (this.address.at(at) === address) return true;
      if (at === 0) return false;
    }
  }

  private turnRound(): { first: Uint32Array; entries: Uint32Array } {
    const first = new Uint32Array(this.tables + 2);
    const children = this.child.values;
    for (const child of children) if (child < cyclicChild) first[child + 2]!++;
    for (let table = 2; table < first.length; table++) first[table]! += first[table - 1]!;
    const entries = new Uint32Array(first.at(-1)!);
    for (let entry = 0; entry < children.length; entry++) {
      const child = children[entry]!;
      if (child < cyclicChild) entries[first[child + 1]!++] = entry;
    }
    return { first: first.subarray(0, this.tables + 1), entries };
  }
}

/** The graph of a root's tables, read to its end. */
export function tableGraph(memory: FrameStore, compiled: CompiledFormat, root: bigint): TableGraph {
  const graph = new TableGraph(memory, compiled, root);
  graph.advance(Infinity);
  return graph;
}
