import { frameNumber, isLast, isShadowPresent } from '../kvm/spte';
import { highHalf, lowHalf } from '../word';
import { Counters } from './counters';
import { countersJson, kvmStatistics } from './counters-json';
import { loadTables } from './load-tables';
import {
  endGfnOf,
  machineKind,
  type MachineKind,
  type MachineSetup,
  sharedGfnBit,
} from './machine-setup';
import { Memslot } from './memslot';
import { matchesRoot, type RootSelection } from './root-selection';
import type { ShadowPage } from './shadow-page';
import { ShadowPages } from './shadow-pages';
import { TableAllocator } from './table-allocator';
import { entryIndex, type TablePage } from './table-page';
import { World, type WorldReport, type WorldState } from './world';

/** An entry and where it stands. */
export interface FoundEntry {
  readonly page: ShadowPage;
  readonly level: number;
  readonly index: number;
  readonly spte: bigint;
}

/** A simulated VM's TDP MMU: tables, slots, roots, counters, events. */
export class Machine extends World {
  readonly counters: Counters;
  readonly pages: ShadowPages;
  readonly slots: readonly Memslot[];
  /** Roots, invalid ones included. */
  readonly roots: Set<ShadowPage>;
  readonly state: WorldState & {
    generation: bigint;
    /** How often the host took pages away: `mmu_invalidate_seq`. */
    invalidations: number;
    /** Tasks that use the slots as they found them. */
    slotReaders: number;
    slotsLocked: boolean;
  };

  private constructor(
    readonly setup: MachineSetup,
    readonly kind: MachineKind,
    keepsHistory: boolean,
  ) {
    super(keepsHistory);
    this.counters = new Counters(this.journal);
    this.slots = setup.slots.map((slot) => new Memslot(slot, this.journal));
    this.state = {
      generation: setup.generation,
      stop: null,
      rescheduleDue: false,
      invalidations: 0,
      slotReaders: 0,
      slotsLocked: false,
    };
    const taken = new Set(setup.tables.map((table) => table.pa));
    this.pages = new ShadowPages(
      this.journal,
      this.counters,
      this.events,
      new TableAllocator(setup.allocator, this.journal, taken),
      kind.initialValue,
    );
    this.roots = new Set(loadTables(setup, kind, this.pages));
  }

  /**
   * A machine of that setup.
   * @param keepsHistory false for long runs that never go back
   */
  static build(setup: MachineSetup, keepsHistory = true): Machine | { problem: string } {
    const kind = machineKind(setup);
    return 'problem' in kind ? kind : new Machine(setup, kind, keepsHistory);
  }

  report(): WorldReport {
    return {
      counters: countersJson(this.counters.values()),
      more: { kvm_statistics: kvmStatistics(this) },
    };
  }

  countFlush(): void {
    this.counters.add('tlbFlushes', 1);
  }

  /** First GFN that the tables cannot express. */
  get endGfn(): number {
    return endGfnOf(this.setup);
  }

  /** The slot that holds a GFN; undefined: none, so it is MMIO. */
  slotOf(gfn: number, asId: number): Memslot | undefined {
    return this.slots.find((slot) => slot.setup.asId === asId && slot.holds(gfn));
  }

  /** Roots of an address space, or of all, in the order they were made. */
  rootsOf(asId: number | null, which: RootSelection): ShadowPage[] {
    return [...this.roots]
      .filter((root) => (asId === null || root.asId === asId) && matchesRoot(root, which))
      .sort((a, b) => a.serial - b.serial);
  }

  /** The root that vCPUs use for private or for other memory; undefined: there is none yet. */
  rootFor(asId: number, isPrivate: boolean): ShadowPage | undefined {
    return this.rootsOf(asId, isPrivate ? 'mirror' : 'direct')[0];
  }

  /** Bits that a walk under a root ORs into GFNs for indexing: `tdp_iter.gfn_bits`. */
  gfnBitsOf(root: ShadowPage): number {
    return root.mirror ? 0 : sharedGfnBit(this.setup);
  }

  /** Writes an entry; no books are kept. */
  store(table: TablePage, index: number, value: bigint): void {
    this.journal.store(table, index, lowHalf(value), highHalf(value));
  }

  /** The table an entry points to; undefined: it points to none, or to one that is not held. */
  childOf(spte: bigint, level: number): ShadowPage | undefined {
    const { masks } = this.kind;
    if (!isShadowPresent(masks, spte) || isLast(spte, level)) return undefined;
    return this.pages.get(Number(frameNumber(masks, spte)) * 4096);
  }

  /**
   * The entry at which a GFN's walk under a root ends. The level counts down from the root's: tables
   * that somebody linked into a ring have an end as well.
   */
  lookup(root: ShadowPage, gfn: number): FoundEntry {
    let page = root;
    const gfnBits = this.gfnBitsOf(root);
    for (let { level } = root; ; level--) {
      const index = entryIndex(gfn + gfnBits, level);
      const spte = page.table.entry(index);
      const child = level > 1 ? this.childOf(spte, level) : undefined;
      if (!child) return { page, level, index, spte };
      page = child;
    }
  }
}
