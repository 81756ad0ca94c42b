import { highHalf, lowHalf } from '../../word';
import type { EventFacts, EventKind } from '../event-log';
import type { Reason } from '../reasons';
import { TableAllocator } from '../table-allocator';
import { World, type WorldReport, type WorldState } from '../world';
import { Descriptors } from './descriptors';
import { Stage2Geometry } from './geometry';
import { MemoryCache } from './memory-cache';
import { Stage2Counters, stage2CountersJson } from './stage2-counters';
import type { Stage2Setup } from './stage2-setup';
import { Stage2Slot } from './stage2-slot';
import type { Stage2Table } from './stage2-table';
import { Stage2Tables } from './stage2-tables';

interface Stage2State extends WorldState {
  /** Walks under RCU. */
  readers: number;
}

/** An entry and where it stands. */
export interface FoundStage2Entry {
  readonly table: Stage2Table;
  readonly index: number;
  readonly level: number;
  readonly entry: bigint;
}

/** A simulated VM's stage 2: its root, tables, reference counts, caches and memory slots. */
export class Stage2Machine extends World {
  readonly geometry: Stage2Geometry;
  readonly descriptors: Descriptors;
  readonly counters: Stage2Counters;
  readonly tables: Stage2Tables;
  readonly slots: readonly Stage2Slot[];
  /** The vCPU's `mmu_page_cache`. */
  readonly vcpuCache: MemoryCache;
  /** `split_page_cache` */
  readonly splitCache: MemoryCache;
  readonly state: Stage2State = { stop: null, rescheduleDue: false, readers: 0 };

  constructor(
    readonly setup: Stage2Setup,
    keepsHistory = true,
  ) {
    super(keepsHistory);
    const { journal } = this;
    this.geometry = new Stage2Geometry(setup.layout);
    this.descriptors = new Descriptors(setup.descriptors);
    this.counters = new Stage2Counters(journal);
    this.slots = setup.slots.map((slot) => new Stage2Slot(slot, this.geometry, journal));
    this.vcpuCache = new MemoryCache(journal);
    this.splitCache = new MemoryCache(journal);
    const { pageBytes, rootPages } = this.geometry;
    const taken = [
      ...Array.from({ length: rootPages }, (_, page) => setup.root + page * pageBytes),
      ...setup.tables.map(({ pa }) => pa),
    ];
    this.tables = new Stage2Tables(
      this.geometry,
      this.descriptors,
      journal,
      this.events,
      this.counters,
      new TableAllocator(setup.allocator, journal, new Set(taken)),
      setup.root,
    );
    this.tables.load(setup.tables);
  }

  report(): WorldReport {
    const root = this.tables.root.map((table) => `0x${table.pa.toString(16)}`);
    return { counters: stage2CountersJson(this.counters), more: { root } };
  }

  countFlush(): void {
    this.counters.add('tlbi', 1);
  }

  slotOf(address: number): Stage2Slot | undefined {
    return this.slots.find((slot) => slot.holds(address));
  }

  /** Writes an entry, and tells it. No books are kept of references. */
  store(
    { table, index }: Pick<FoundStage2Entry, 'table' | 'index'>,
    value: bigint,
    why: Reason,
    kind: EventKind = 'write',
  ): void {
    const old = this.tables.entry(table, index);
    this.journal.store(table.page, index, lowHalf(value), highHalf(value));
    this.tables.count(old, table.level, -1);
    this.tables.count(value, table.level, 1);
    this.note(kind, { ...this.placeOf(table, index), old, new: value, why });
  }

  /** What an event says of an entry's place. */
  placeOf(table: Stage2Table, index: number): EventFacts {
    const address = table.start + index * this.geometry.size(table.level);
    return { table: table.pa, index, level: table.level, gfn: this.geometry.frame(address) };
  }

  /** The entry at which the hardware's walk of an address ends. */
  lookup(address: number): FoundStage2Entry {
    const { geometry, tables } = this;
    let table = tables.root[geometry.rootPage(address)]!;
    for (;;) {
      const index = geometry.index(address, table.level);
      const entry = tables.entry(table, index);
      const child = tables.childOf(entry, table.level);
      if (!child) return { table, index, level: table.level, entry };
      table = child;
    }
  }
}
