import { frameNumber, isLast, isShadowPresent } from '../../kvm/spte';
import type { CpuConfig } from '../../paging/cpu';
import { highHalf, lowHalf } from '../../word';
import { Memslot, type MemslotSetup } from '../memslot';
import { type AllocatorSetup, TableAllocator } from '../table-allocator';
import type { TablePage } from '../table-page';
import { World, type WorldReport, type WorldState } from '../world';
import { DescSlab } from './desc-slab';
import type { GuestFormName } from './guest-form';
import { GuestMemory, type GuestTable } from './guest-memory';
import { MemoryCache, splitCacheForms, type SplitCacheName, vcpuCacheForms } from './memory-cache';
import type { MmuPage } from './mmu-page';
import { MmuPages } from './mmu-pages';
import { PteLists } from './pte-list';
import { Rmaps } from './rmaps';
import { ShadowCounters } from './shadow-counters';
import { type ShadowKind, shadowKind } from './shadow-form';
import { vcpuRole } from './shadow-roles';

/** A machine with shadow paging as a scenario states it. */
export interface ShadowSetup {
  readonly kernel: string;
  readonly guest: GuestFormName;
  readonly cpu: CpuConfig;
  readonly cr0Wp: boolean;
  readonly cr3: number;
  readonly allocator: AllocatorSetup;
  /** `n_max_mmu_pages`: more shadow pages are made room for by zapping the oldest. */
  readonly mostPages: number;
  readonly splitCache: SplitCacheName;
  readonly eagerSplit: boolean;
  readonly generation: bigint;
  readonly slots: readonly MemslotSetup[];
  readonly guestTables: readonly GuestTable[];
}

/** A root that a CR3 had; it counts as used. */
export interface PreviousRoot {
  readonly cr3: number;
  readonly root: MmuPage;
}

type Caches<Names extends string> = Readonly<Record<Names, MemoryCache>>;
export type VcpuCaches = Caches<keyof typeof vcpuCacheForms>;
export type SplitCaches = Caches<'desc' | 'header' | 'page'>;

/** A VM whose guest's tables are shadowed: its memory, its vCPUs' state, KVM's shadow pages and lists. */
export class ShadowMachine extends World {
  readonly counters: ShadowCounters;
  readonly guest: GuestMemory;
  readonly pages: MmuPages;
  readonly slots: readonly Memslot[];
  readonly rmaps = new Rmaps();
  readonly descs: DescSlab;
  readonly lists: PteLists;
  readonly splitCaches: SplitCaches;
  readonly vcpuRole: bigint;
  /** How many upper tables of the guest lie in a frame: every write to it must be seen. */
  readonly writeTracked = new Map<number, number>();
  /** How many shadowed tables of the guest lie in a frame: it is mapped by itself. */
  readonly smallOnly = new Map<number, number>();
  /** The table of four entries above the roots of a 32-bit or PAE guest: `pae_root`. */
  paeRoot: TablePage | null = null;
  readonly state: WorldState & {
    cr3: number;
    /** PAE: the four entries as they were when CR3 was loaded. */
    pdptrs: readonly bigint[];
    /** Root pages in use: one, or four (`null`: the guest has no table there). Empty: none loaded. */
    roots: readonly (MmuPage | null)[];
    /** Roots of 64-bit guests that were in use before, the latest first: `prev_roots`. */
    previousRoots: readonly PreviousRoot[];
    /** `KVM_REQ_MMU_FREE_OBSOLETE_ROOTS`: a root was thrown away, new ones must be loaded. */
    reloadDue: boolean;
    /** How often the host took pages away: `mmu_invalidate_seq`. */
    invalidations: number;
  };
  readonly #vcpuCaches: VcpuCaches[] = [];

  private constructor(
    readonly setup: ShadowSetup,
    readonly kind: ShadowKind,
    keepsHistory: boolean,
  ) {
    super(keepsHistory);
    const { journal } = this;
    this.counters = new ShadowCounters(journal);
    this.guest = new GuestMemory(journal);
    this.slots = setup.slots.map((slot) => new Memslot(slot, journal));
    this.descs = new DescSlab(this);
    this.lists = new PteLists(kind.lists, journal, this.descs);
    this.splitCaches = cachesOf(splitCacheForms(setup.splitCache), this);
    this.vcpuRole = vcpuRole(kind, setup);
    this.pages = new MmuPages(
      journal,
      this.counters,
      this.events,
      new TableAllocator(setup.allocator, journal),
      kind.initialValue,
    );
    this.state = {
      stop: null,
      rescheduleDue: false,
      cr3: setup.cr3,
      pdptrs: [],
      roots: [],
      previousRoots: [],
      reloadDue: false,
      invalidations: 0,
    };
    const { entryBytes } = kind.guestFormat;
    for (const { pa, entries } of setup.guestTables) {
      for (const [index, value] of entries) {
        this.guest.write(pa + index * entryBytes, entryBytes, value);
      }
    }
  }

  static build(setup: ShadowSetup, keepsHistory = true): ShadowMachine | { problem: string } {
    const kind = shadowKind(setup.kernel, setup.guest, setup.cpu);
    return 'problem' in kind ? kind : new ShadowMachine(setup, kind, keepsHistory);
  }

  /** The caches of a CPU's vCPU; each has its own. */
  cachesOfCpu(cpu: number): VcpuCaches {
    return (this.#vcpuCaches[cpu] ??= cachesOf(vcpuCacheForms, this));
  }

  report(): WorldReport {
    const { desc } = this.splitCaches;
    const { fills, allocated, objects } = desc.state;
    return {
      counters: this.counters.values(),
      more: {
        rmap_layout: this.kind.lists.name,
        split_desc_cache: { capacity: desc.form.capacity, fills, allocated, objects },
      },
    };
  }

  countFlush(): void {
    this.counters.add('tlb_flushes', 1);
  }

  /** The slot that holds a frame; undefined: none, so it is MMIO. */
  slotOf(gfn: number): Memslot | undefined {
    return this.slots.find((slot) => slot.holds(gfn));
  }

  /** Writes an entry of a shadow table; no books are kept. */
  store(table: TablePage, index: number, value: bigint): void {
    this.journal.store(table, index, lowHalf(value), highHalf(value));
  }

  isPresent(spte: bigint): boolean {
    return isShadowPresent(this.kind.masks, spte);
  }

  /** `spte_to_child_sp()`; undefined: it points to no table. */
  childOf(spte: bigint, level: number): MmuPage | undefined {
    if (!this.isPresent(spte) || isLast(spte, level)) return undefined;
    return this.pages.get(Number(frameNumber(this.kind.masks, spte)) * 4096);
  }

  /** Counts up or down in a map of frames. */
  countFrame(map: Map<number, number>, gfn: number, by: 1 | -1): void {
    const old = map.get(gfn) ?? 0;
    const put = (value: number): void => {
      if (value === 0) map.delete(gfn);
      else map.set(gfn, value);
    };
    this.journal.make({ undo: () => put(old), redo: () => put(old + by) });
  }
}

function cachesOf<Names extends string>(
  forms: Readonly<Record<Names, ConstructorParameters<typeof MemoryCache>[0]>>,
  { journal }: World,
): Caches<Names> {
  const entries = Object.entries(forms) as [Names, (typeof forms)[Names]][];
  return Object.fromEntries(
    entries.map(([name, form]) => [name, new MemoryCache(form, journal)]),
  ) as Caches<Names>;
}
