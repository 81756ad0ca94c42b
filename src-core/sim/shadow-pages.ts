import { highHalf, lowHalf } from '../word';
import type { Counters } from './counters';
import type { EventLog } from './event-log';
import type { Journal } from './journal';
import type { ShadowPage } from './shadow-page';
import type { TableAllocator } from './table-allocator';
import { TableMemory } from './table-memory';
import { TablePage } from './table-page';

/** What a new table is told of its place. */
export type PagePlace = Pick<ShadowPage, 'level' | 'gfn' | 'asId' | 'root'> &
  Partial<Pick<ShadowPage, 'mirror'>>;

/** The tables of a machine: those in use, and those that wait for their readers before they are freed. */
export class ShadowPages {
  readonly memory = new TableMemory();
  readonly #pages = new Map<number, ShadowPage>();
  readonly #queued = new Set<ShadowPage>();
  readonly #state = { readers: 0 };
  /** Only ever grows: after steps back the order of tables stays that of their making. */
  #serial = 0;

  constructor(
    readonly journal: Journal,
    readonly counters: Counters,
    readonly events: EventLog,
    readonly allocator: TableAllocator,
    /** What a fresh table is filled with. */
    readonly initialValue: bigint,
  ) {}

  /** What the kernel knows of a table; undefined: it is none of this machine's. */
  get(pa: number): ShadowPage | undefined {
    return this.#pages.get(pa);
  }

  all(): Iterable<ShadowPage> {
    return this.#pages.values();
  }

  get size(): number {
    return this.#pages.size;
  }

  /** A fresh table; undefined: no memory. */
  allocate(place: PagePlace): ShadowPage | undefined {
    const pa = this.allocator.take();
    if (pa === undefined) return undefined;
    const table = new TablePage(pa);
    const { initialValue } = this;
    if (initialValue !== 0n) table.fill(lowHalf(initialValue), highHalf(initialValue));
    const page = this.#shadowPage(table, place);
    this.journal.make({ redo: () => this.#hold(page), undo: () => this.#drop(page) });
    this.counters.add('mmuPages', 1);
    this.events.add('table-allocated', tableFacts(page));
    return page;
  }

  /** Takes over a table that a machine starts with. */
  adopt(table: TablePage, place: PagePlace): ShadowPage {
    const page = this.#shadowPage(table, place);
    this.#hold(page);
    this.counters.add('mmuPages', 1);
    return page;
  }

  /** The table is no longer part of any tree. */
  unlink(page: ShadowPage): void {
    this.counters.add('mmuPages', -1);
    if (page.nxTracked) {
      this.journal.assign(page, 'nxTracked', false);
      this.counters.add('nxSplits', -1);
    }
    this.events.add('table-unlinked', tableFacts(page));
  }

  /** A table that never became part of a tree is given back. */
  discard(page: ShadowPage): void {
    this.counters.add('mmuPages', -1);
    this.free(page);
  }

  /** Tells an unused table where it is going to stand. */
  place(page: ShadowPage, { level, gfn }: Pick<PagePlace, 'level' | 'gfn'>): void {
    this.journal.assign(page, 'level', level);
    this.journal.assign(page, 'gfn', gfn);
  }

  /** The table that is on the list longest; undefined: the list is empty. */
  oldestTracked(): ShadowPage | undefined {
    let oldest: ShadowPage | undefined;
    for (const page of this.all()) {
      if (page.nxTracked && (!oldest || page.serial < oldest.serial)) oldest = page;
    }
    return oldest;
  }

  /** A huge page was wanted here: the table is on the list of those that are zapped over time. */
  trackNx(page: ShadowPage): void {
    if (page.nxTracked) return;
    this.journal.assign(page, 'nxTracked', true);
    this.counters.add('nxSplits', 1);
  }

  /** Frees a table at once: nobody walks it. */
  free(page: ShadowPage): void {
    this.journal.make({ redo: () => this.#drop(page), undo: () => this.#hold(page) });
    this.allocator.giveBack(page.table.pa);
    this.events.add('table-freed', tableFacts(page));
  }

  /** Frees a table when its readers are gone (`call_rcu`). */
  freeLater(page: ShadowPage): void {
    this.journal.addTo(this.#queued, page);
    this.events.add('table-queued', tableFacts(page));
  }

  /** Tables that wait for their readers, in the order they were made. */
  get queued(): readonly ShadowPage[] {
    return [...this.#queued].sort((a, b) => a.serial - b.serial);
  }

  /** Whether a table waits for its readers: it is part of no tree any more. */
  isQueued(page: ShadowPage): boolean {
    return this.#queued.has(page);
  }

  /** A task begins to walk tables (`rcu_read_lock`). */
  enterReader(): void {
    this.journal.assign(this.#state, 'readers', this.#state.readers + 1);
  }

  /** The last reader's leaving ends the grace period: queued tables are freed. */
  leaveReader(): void {
    this.journal.assign(this.#state, 'readers', this.#state.readers - 1);
    if (this.#state.readers > 0) return;
    for (const page of this.queued) {
      this.journal.removeFrom(this.#queued, page);
      this.free(page);
    }
  }

  #shadowPage(table: TablePage, place: PagePlace): ShadowPage {
    const serial = this.#serial++;
    const flags = { nxDisallowed: false, nxTracked: false, invalid: false };
    return { mirror: false, ...place, table, serial, ...flags };
  }

  #hold(page: ShadowPage): void {
    this.memory.add(page.table);
    this.#pages.set(page.table.pa, page);
  }

  #drop(page: ShadowPage): void {
    this.memory.remove(page.table.pa);
    this.#pages.delete(page.table.pa);
  }
}

function tableFacts({ table, level, gfn, asId, mirror }: ShadowPage) {
  return { table: table.pa, level, gfn, asId, ...(mirror && { text: 'mirror' }) };
}
