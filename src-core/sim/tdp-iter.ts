import { joinHalves } from '../word';
import { entriesPerTable, entryIndex, pagesAtLevel, roundGfn } from './table-page';
import type { TablePage, TableSource } from './table-page';
import type { TdpIterForm } from './tdp-iter-form';
import { childTablePa, type TdpIterRule } from './tdp-iter-rule';
import type { TdpIterState } from './tdp-iter-state';

/** What a walk is started with. GFNs are below 2^52. */
export interface TdpIterStart {
  readonly root: TablePage;
  readonly rootLevel: number;
  readonly minLevel: number;
  /** Where the walk begins. */
  readonly gfn: number;
  /** v6.14+: bits ORed into GFNs for indexing. */
  readonly gfnBits?: number;
  readonly asId?: number;
}

/** Where the iterator is told that the kernel would WARN. */
export type WarnSink = (condition: string) => void;

/**
 * `struct tdp_iter`: a pre-order walk over one root's tables, state for state as the kernel walks.
 * The moves (`rereadChild`, `enter`, `tryStepSide`, `tryStepUp`) are public so that a caller can show
 * each of them; {@link next} does them in one go. Source: arch/x86/kvm/mmu/tdp_iter.c.
 */
export class TdpIter {
  nextLastLevelGfn = 0;
  yieldedGfn = 0;
  gfnBits = 0;
  rootLevel = 0;
  minLevel = 0;
  asId = 0;
  level = 0;
  /** Lowest GFN that the current entry maps. */
  gfn = 0;
  /** Where `sptep` points. */
  table!: TablePage;
  index = 0;
  /** `old_spte`: the snapshot, not the entry. */
  oldLo = 0;
  oldHi = 0;
  valid = false;
  yielded = false;
  /** A child table that the memory does not hold: the walk ended there, which no kernel does. */
  missing: number | null = null;
  /** Tables on the path, by level - 1. */
  readonly #path: TablePage[] = [];

  constructor(
    readonly form: TdpIterForm,
    readonly rule: TdpIterRule,
    readonly memory: TableSource,
    readonly warn: WarnSink = () => undefined,
  ) {}

  /** Begins a walk. A root that cannot be is WARNed about and not walked. */
  start(begin: TdpIterStart): void {
    const gfnBits = this.form.hasGfnBits ? (begin.gfnBits ?? 0) : 0;
    this.valid = false;
    this.yielded = false;
    this.missing = null;
    if (begin.rootLevel < 1 || begin.rootLevel >= pagesAtLevel.length) {
      this.warn('root level is not 1 to 5');
      return;
    }
    if (gfnBits !== 0 && begin.gfn >= gfnBits) {
      this.warn('the first GFN is not below gfn_bits');
      return;
    }
    this.nextLastLevelGfn = begin.gfn;
    this.gfnBits = gfnBits;
    this.rootLevel = begin.rootLevel;
    this.minLevel = begin.minLevel;
    this.asId = begin.asId ?? 0;
    this.#path[begin.rootLevel - 1] = begin.root;
    this.restart();
  }

  /** Back to the root's entry for the GFN the walk heads for. */
  restart(): void {
    this.yielded = false;
    this.yieldedGfn = this.nextLastLevelGfn;
    this.level = this.rootLevel;
    this.gfn = roundGfn(this.nextLastLevelGfn, this.level);
    this.#refresh();
    this.valid = true;
  }

  /** To the next entry, pre-order; `valid` tells whether there is one. */
  next(): void {
    if (this.yielded) {
      this.restart();
      return;
    }
    const child = this.rereadChild();
    if (child) {
      this.enter(child);
      return;
    }
    if (this.missing !== null) return;
    do {
      if (this.tryStepSide()) return;
    } while (this.tryStepUp());
    this.valid = false;
  }

  /** Whether `next` would look for a child table at all. */
  get mayStepDown(): boolean {
    return this.level !== this.minLevel;
  }

  /**
   * The first half of a step down: above the lowest level the entry is read again, since the loop's
   * body, or another CPU, may have changed it.
   * @returns the child table; undefined: not present, a leaf, or not held by the memory ({@link missing})
   */
  rereadChild(): TablePage | undefined {
    if (!this.mayStepDown) return undefined;
    const { table, index } = this;
    const lo = (this.oldLo = table.words[2 * index]!);
    const hi = (this.oldHi = table.words[2 * index + 1]!);
    if (!this.rule.isPresent(lo, hi) || this.level === 1 || (lo & 0x80) !== 0) return undefined;
    const pa = childTablePa(lo, hi, this.rule.addressHi);
    const child = this.memory.table(pa);
    if (!child) {
      this.missing = pa;
      this.valid = false;
    }
    return child;
  }

  /** The second half of a step down: to the entry for the GFN the walk heads for. */
  enter(child: TablePage): void {
    this.level--;
    this.#path[this.level - 1] = child;
    this.gfn = roundGfn(this.nextLastLevelGfn, this.level);
    this.#refresh();
  }

  /** To the entry beside this one; false at the table's end. */
  tryStepSide(): boolean {
    if (this.#atEndOfTable()) return false;
    this.gfn += pagesAtLevel[this.level]!;
    this.nextLastLevelGfn = this.gfn;
    this.index++;
    this.reread();
    return true;
  }

  /** To the entry of the parent table, which was visited before; false at the root. */
  tryStepUp(): boolean {
    if (this.level === this.rootLevel) return false;
    this.level++;
    this.gfn = roundGfn(this.gfn, this.level);
    this.#refresh();
    return true;
  }

  /** Takes a new snapshot of the current entry. */
  reread(): void {
    this.oldLo = this.table.words[2 * this.index]!;
    this.oldHi = this.table.words[2 * this.index + 1]!;
  }

  /** Whether this kernel yields here when it is asked to. */
  mayYield(): boolean {
    if (this.yielded && this.form.warnsOnDoubleYield) this.warn('yields again before it restarted');
    return !this.form.needsProgress || this.nextLastLevelGfn !== this.yieldedGfn;
  }

  /** The walk was given up and taken up again; the body continues with `next`. */
  resumeAfterYield(): void {
    if (this.form.yieldStyle === 'yielded') {
      this.yielded = true;
      return;
    }
    // refresh_walk heads for the higher of goal and gfn; the goal is never the lower one.
    this.nextLastLevelGfn = Math.max(this.nextLastLevelGfn, this.gfn);
    this.restart();
  }

  get oldSpte(): bigint {
    return joinHalves(this.oldLo, this.oldHi);
  }

  /** The table of a level on the path; the path holds the root's down to the current level's. */
  tableAt(level: number): TablePage | undefined {
    return this.#path[level - 1];
  }

  /** Addresses of the tables on the path, the current level's first. */
  path(): number[] {
    return this.#path.slice(this.level - 1, this.rootLevel).map((page) => page.pa);
  }

  /** The state as values that a person, a file or a history keeps. */
  state(): TdpIterState {
    return {
      nextLastLevelGfn: this.nextLastLevelGfn,
      yieldedGfn: this.yieldedGfn,
      gfnBits: this.gfnBits,
      path: this.path(),
      table: this.table.pa,
      index: this.index,
      gfn: this.gfn,
      rootLevel: this.rootLevel,
      minLevel: this.minLevel,
      level: this.level,
      asId: this.asId,
      oldSpte: this.oldSpte,
      valid: this.valid,
      yielded: this.yielded,
    };
  }

  #atEndOfTable(): boolean {
    // The kernel asks the GFN, not the pointer; with gfn_bits the two could differ.
    if (this.gfnBits === 0) return this.index === entriesPerTable - 1;
    return this.#indexOf(this.gfn) === entriesPerTable - 1;
  }

  #indexOf(gfn: number): number {
    return entryIndex(this.gfnBits === 0 ? gfn : orWide(gfn, this.gfnBits), this.level);
  }

  #refresh(): void {
    this.table = this.#path[this.level - 1]!;
    this.index = this.#indexOf(this.gfn);
    this.reread();
  }
}

/** `a | b` of numbers wider than 32 bits. */
function orWide(a: number, b: number): number {
  const high = Math.floor(a / 0x1_0000_0000) | Math.floor(b / 0x1_0000_0000);
  return (high >>> 0) * 0x1_0000_0000 + ((a | b) >>> 0);
}
