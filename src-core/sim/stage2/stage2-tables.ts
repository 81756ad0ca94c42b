import { highHalf, joinHalves, lowHalf } from '../../word';
import type { EventLog } from '../event-log';
import type { Journal } from '../journal';
import type { Reason } from '../reasons';
import type { TableAllocator } from '../table-allocator';
import type { Descriptors } from './descriptors';
import type { Stage2Geometry } from './geometry';
import type { PlacedTable } from './placed-tables';
import type { Stage2CounterName, Stage2Counters } from './stage2-counters';
import { Stage2Table } from './stage2-table';

/** Counters of leaves by level; at level 0 KVM makes none. */
const leafCounters: readonly (Stage2CounterName | null)[] = [null, 'blocks1', 'blocks2', 'pages'];

/** The tables of a stage 2 by address, with their reference counts. */
export class Stage2Tables {
  readonly #tables = new Map<number, Stage2Table>();
  /** The root's tables, in order. */
  readonly root: readonly Stage2Table[];
  /** Tables that were cut off and wait until nobody walks them any more (RCU). */
  readonly queue: Set<Stage2Table> = new Set();

  constructor(
    readonly geometry: Stage2Geometry,
    readonly descriptors: Descriptors,
    readonly journal: Journal,
    readonly events: EventLog,
    readonly counters: Stage2Counters,
    readonly allocator: TableAllocator,
    rootAddress: number,
  ) {
    const { startLevel, entriesPerTable, pageBytes, rootPages } = geometry;
    const covered = entriesPerTable * geometry.size(startLevel);
    this.root = Array.from({ length: rootPages }, (_, page) => {
      const pa = rootAddress + page * pageBytes;
      return new Stage2Table(pa, entriesPerTable, startLevel, page * covered);
    });
    for (const table of this.root) this.#tables.set(table.pa, table);
  }

  /** Puts in tables that are there from the start; their references are what their entries say. */
  load(listed: readonly PlacedTable[]): void {
    for (const { pa, level, start, entries } of listed) {
      const known = this.#tables.get(pa);
      const table = known ?? new Stage2Table(pa, this.geometry.entriesPerTable, level, start);
      if (!known) {
        this.#tables.set(pa, table);
        this.counters.add('tables', 1);
      }
      for (const [index, value] of entries) {
        table.page.store(index, lowHalf(value), highHalf(value));
        this.count(value, level, 1);
        if (value !== 0n) table.references[0]!++;
      }
    }
  }

  get(pa: number): Stage2Table | undefined {
    return this.#tables.get(pa);
  }

  all(): Iterable<Stage2Table> {
    return this.#tables.values();
  }

  entry(table: Stage2Table, index: number): bigint {
    return joinHalves(table.page.lo(index), table.page.hi(index));
  }

  /** A zeroed table; undefined: no memory. */
  allocate(level: number, start: number, why: Reason): Stage2Table | undefined {
    const pa = this.allocator.take();
    if (pa === undefined) return undefined;
    const table = new Stage2Table(pa, this.geometry.entriesPerTable, level, start);
    this.journal.make({
      undo: () => void this.#tables.delete(pa),
      redo: () => void this.#tables.set(pa, table),
    });
    this.counters.add('tables', 1);
    this.events.add('table-allocated', { table: pa, level, why });
    return table;
  }

  /** `get_page()` */
  take(table: Stage2Table): void {
    this.journal.set(table.references, 0, table.count + 1);
  }

  /** `put_page()`: with its last reference a table is gone. */
  put(table: Stage2Table, why: Reason): void {
    this.journal.set(table.references, 0, table.count - 1);
    if (table.count === 0) this.#free(table, why);
  }

  /**
   * Hands a table that was cut off, with all below it, to be freed when nobody walks any more:
   * `stage2_free_unlinked_table()`.
   */
  freeLater(table: Stage2Table, why: Reason): void {
    this.journal.addTo(this.queue, table);
    this.events.add('table-queued', { table: table.pa, level: table.level, why });
  }

  /** Nobody walks: what waits is freed. */
  freeQueued(): void {
    for (const table of [...this.queue]) {
      this.journal.removeFrom(this.queue, table);
      this.freeUnlinked(table, 'table-cut-off');
    }
  }

  /** `kvm_pgtable_stage2_free_unlinked()`: a table that is linked nowhere, and all below it. */
  freeUnlinked(table: Stage2Table, why: Reason): void {
    for (let index = 0; index < table.entries; index++) {
      const entry = this.entry(table, index);
      if (!this.descriptors.isCounted(entry)) continue;
      this.count(entry, table.level, -1);
      this.put(table, why);
      const child = this.childOf(entry, table.level);
      if (child) this.freeUnlinked(child, why);
    }
    this.put(table, why);
  }

  /** Counts an entry's leaf or annotation in or out. */
  count(entry: bigint, level: number, by: 1 | -1): void {
    const { descriptors, counters } = this;
    const leaf = leafCounters[level];
    if (descriptors.isLeaf(entry, level)) {
      if (leaf) counters.add(leaf, by);
    } else if (!descriptors.isValid(entry) && entry !== 0n && !descriptors.isLocked(entry)) {
      counters.add('annotations', by);
    }
  }

  /** The table an entry leads to; undefined: none, or one that is not held. */
  childOf(entry: bigint, level: number): Stage2Table | undefined {
    if (!this.descriptors.isTable(entry, level)) return undefined;
    return this.#tables.get(this.descriptors.address(entry));
  }

  #free(table: Stage2Table, why: Reason): void {
    this.journal.make({
      undo: () => void this.#tables.set(table.pa, table),
      redo: () => void this.#tables.delete(table.pa),
    });
    this.allocator.giveBack(table.pa);
    this.counters.add('tables', -1);
    this.events.add('table-freed', { table: table.pa, level: table.level, why });
  }
}
