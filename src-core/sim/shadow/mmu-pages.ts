import { highHalf, lowHalf } from '../../word';
import type { EventLog } from '../event-log';
import type { Journal } from '../journal';
import type { TableAllocator } from '../table-allocator';
import { TablePage } from '../table-page';
import type { MmuPage } from './mmu-page';
import type { ShadowCounters } from './shadow-counters';

/** What a new shadow page is told of itself. */
export type MmuPagePlace = Pick<
  MmuPage,
  'gfn' | 'role' | 'level' | 'direct' | 'quadrant' | 'access'
>;

/** The shadow pages of a machine: by address, and by the frame they shadow (KVM's hash). */
export class MmuPages {
  readonly #byAddress = new Map<number, MmuPage>();
  readonly #byGfn = new Map<number, MmuPage[]>();
  /** Only ever grows: after steps back the order of pages stays that of their making. */
  #serial = 0;

  constructor(
    readonly journal: Journal,
    readonly counters: ShadowCounters,
    readonly events: EventLog,
    readonly allocator: TableAllocator,
    readonly initialValue: bigint,
  ) {}

  get(pa: number): MmuPage | undefined {
    return this.#byAddress.get(pa);
  }

  /** The page an entry's address lies in. */
  holding(address: number): MmuPage | undefined {
    return this.#byAddress.get(address - (address % 4096));
  }

  /** Pages of a frame, the newest first, as the hash has them; invalid ones included. */
  ofGfn(gfn: number): readonly MmuPage[] {
    return this.#byGfn.get(gfn) ?? [];
  }

  /** `for_each_gfn_valid_sp_with_gptes()`: valid pages that shadow the guest's table in this frame. */
  shadowing(gfn: number): MmuPage[] {
    return this.ofGfn(gfn).filter(({ invalid, direct }) => !invalid && !direct);
  }

  all(): Iterable<MmuPage> {
    return this.#byAddress.values();
  }

  get size(): number {
    return this.#byAddress.size;
  }

  /** A fresh page; undefined: no memory. */
  allocate(place: MmuPagePlace): MmuPage | undefined {
    const table = this.freshTable();
    if (!table) return undefined;
    const page: MmuPage = {
      ...place,
      table,
      serial: this.#serial++,
      invalid: false,
      rootCount: 0,
      unsync: false,
      unsyncChildren: 0,
      unsyncBitmap: new Uint32Array(16),
      writeFlooding: 0,
      parents: { chain: null },
      shadowed: place.direct ? null : new Uint32Array(1024),
    };
    this.journal.make({ redo: () => this.#hold(page), undo: () => this.#drop(page) });
    this.counters.add('mmu_pages', 1);
    this.events.add('table-allocated', pageFacts(page));
    return page;
  }

  /** A table of empty entries that is no shadow page of its own (`pae_root`). */
  freshTable(): TablePage | undefined {
    const pa = this.allocator.take();
    if (pa === undefined) return undefined;
    const table = new TablePage(pa);
    const { initialValue } = this;
    if (initialValue !== 0n) table.fill(lowHalf(initialValue), highHalf(initialValue));
    return table;
  }

  /** Frees a page that nobody walks any more. */
  free(page: MmuPage): void {
    this.journal.make({ redo: () => this.#drop(page), undo: () => this.#hold(page) });
    this.allocator.giveBack(page.table.pa);
    this.events.add('table-freed', pageFacts(page));
  }

  #hold(page: MmuPage): void {
    this.#byAddress.set(page.table.pa, page);
    const others = this.#byGfn.get(page.gfn) ?? [];
    this.#byGfn.set(
      page.gfn,
      [page, ...others].sort((a, b) => b.serial - a.serial),
    );
  }

  #drop(page: MmuPage): void {
    this.#byAddress.delete(page.table.pa);
    const others = this.#byGfn.get(page.gfn)!.filter((other) => other !== page);
    if (others.length > 0) this.#byGfn.set(page.gfn, others);
    else this.#byGfn.delete(page.gfn);
  }
}

export function pageFacts({ table, level, gfn }: MmuPage) {
  return { table: table.pa, level, gfn };
}
