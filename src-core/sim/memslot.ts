import type { Journal } from './journal';
import { type FrameRun, runOf, touchesRun } from './slot-frames';
import { pagesAtLevel } from './table-page';

/** A memory slot: guest frames, and the host frames behind them. */
export interface MemslotSetup {
  readonly id: number;
  /** 0: normal, 1: system management mode. */
  readonly asId: number;
  readonly baseGfn: number;
  readonly pages: number;
  /** Host frame behind the first page; the others follow it, as far as {@link frames} says nothing. */
  readonly basePfn: number;
  /** Parts whose frames lie elsewhere, in order. */
  readonly frames?: readonly FrameRun[];
  /** TDX: host frame behind the first private page (guest_memfd); left out: no private memory. */
  readonly privatePfn?: number;
  /** Largest pages of the host's own mapping: 1, 2 or 3. */
  readonly hostLevel: number;
  readonly readOnly: boolean;
  readonly dirtyLog: boolean;
}

/** The highest level KVM maps with one entry: 1 GiB. `KVM_MAX_HUGEPAGE_LEVEL`. */
export const maxHugeLevel = 3;

/** A page the host moved: it lies elsewhere, mapped by itself. */
interface MovedPage {
  readonly pfn: number;
  readonly writable: boolean;
}

/** A slot of a running machine. */
export class Memslot {
  dirtyLog: boolean;
  hostLevel: number;
  /** GFNs written since the log was last taken. */
  readonly dirty = new Set<number>();
  readonly #moved = new Map<number, MovedPage>();

  constructor(
    readonly setup: MemslotSetup,
    readonly journal: Journal,
  ) {
    this.dirtyLog = setup.dirtyLog;
    this.hostLevel = setup.hostLevel;
  }

  get endGfn(): number {
    return this.setup.baseGfn + this.setup.pages;
  }

  holds(gfn: number): boolean {
    return gfn >= this.setup.baseGfn && gfn < this.endGfn;
  }

  /** The host frame behind a GFN of this slot. */
  pfnOf(gfn: number): number {
    const moved = this.#moved.get(gfn);
    if (moved) return moved.pfn;
    const run = runOf(this.#parts, gfn) ?? this.#whole;
    return run.pfn + (gfn - run.gfn);
  }

  /** The host frame behind a private page; undefined: the slot has no private memory. */
  privatePfnOf(gfn: number): number | undefined {
    const { privatePfn, baseGfn } = this.setup;
    return privatePfn === undefined ? undefined : privatePfn + (gfn - baseGfn);
  }

  get #parts(): readonly FrameRun[] {
    return this.setup.frames ?? [];
  }

  get #whole(): FrameRun {
    const { baseGfn, pages, basePfn } = this.setup;
    return { gfn: baseGfn, pages, pfn: basePfn };
  }

  /** Whether the host lets the guest write there. */
  hostWritable(gfn: number): boolean {
    return !this.setup.readOnly && (this.#moved.get(gfn)?.writable ?? true);
  }

  /** The host moved a page: from now on it is mapped by itself. */
  movePage(gfn: number, pfn: number, writable: boolean): void {
    const old = this.#moved.get(gfn);
    this.journal.make({
      undo: () => {
        if (old) this.#moved.set(gfn, old);
        else this.#moved.delete(gfn);
      },
      redo: () => {
        this.#moved.set(gfn, { pfn, writable });
      },
    });
  }

  /**
   * The largest level at which KVM may map a GFN: the block lies in the slot, guest and host frames
   * are aligned alike, and the host maps it as one page.
   * Source: `kvm_mmu_max_mapping_level()`, `kvm_alloc_memslot_metadata()` (`lpage_info`).
   */
  maxMappingLevel(gfn: number): number {
    let level = Math.min(this.hostLevel, maxHugeLevel);
    while (level > 1 && !this.#isHugeBlock(gfn, level)) level--;
    return level;
  }

  #isHugeBlock(gfn: number, level: number): boolean {
    const pages = pagesAtLevel[level]!;
    const base = gfn - (gfn % pages);
    const part = runOf(this.#parts, gfn);
    if (!part && touchesRun(this.#parts, base, pages)) return false;
    const run = part ?? this.#whole;
    if (base < run.gfn || base + pages > run.gfn + run.pages) return false;
    if ((run.gfn - run.pfn) % pages !== 0) return false;
    for (const moved of this.#moved.keys()) {
      if (moved >= base && moved < base + pages) return false;
    }
    return true;
  }
}
