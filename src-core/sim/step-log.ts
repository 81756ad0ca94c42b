import { joinHalves } from '../word';
import type { JournalMark } from './journal';
import { type MicroKind, microKinds, type MicroStep } from './micro-step';
import type { TdpIter } from './tdp-iter';
import type { TdpIterState } from './tdp-iter-state';
import type { WalkerState } from './walker-state';

/** Where everything stood after a step. */
export interface StepMark extends JournalMark {
  readonly events: number;
}

/** A step as it is shown. */
export interface StepRecord {
  readonly kind: MicroKind;
  /** The iterator after the step; `null`: none moved. */
  readonly iter: TdpIterState | null;
  /** A walk of another kind after the step; `null`: none moved. */
  readonly walker: WalkerState | null;
}

/** What of an iterator changes only when it goes down or up. */
type WalkPlace = Pick<TdpIterState, 'path' | 'rootLevel' | 'minLevel' | 'asId' | 'gfnBits'>;

const kindNumbers = new Map(microKinds.map((kind, number) => [kind, number]));
const isValid = 1;
const isYielded = 2;
const noIter = 4;

/** Every step that was made, in columns: a zap of a large machine makes millions. */
export class StepLog {
  #length = 0;
  /** Rows of cells, changes, events, old entry (two halves), place. */
  #counts = new Uint32Array(6 * 256);
  /** Rows of kind, level, index, flags. */
  #small = new Uint16Array(4 * 256);
  /** Rows of GFN, target, GFN of the last (re)start. */
  #wide = new Float64Array(3 * 256);
  readonly #places: WalkPlace[] = [];
  readonly #walkers = new Map<number, WalkerState>();

  get length(): number {
    return this.#length;
  }

  add({ kind, iter, walker }: MicroStep, mark: StepMark): void {
    if (this.#length * 6 === this.#counts.length) this.#grow();
    const row = this.#length++;
    const moved = iter !== null && iter.rootLevel > 0;
    this.#small[4 * row] = kindNumbers.get(kind)!;
    this.#small[4 * row + 3] = moved ? 0 : noIter;
    if (moved) this.#addIter(row, iter);
    if (walker) this.#walkers.set(row, walker);
    else this.#walkers.delete(row);
    this.remark(row, mark);
  }

  /** Something else happened after that step: it belongs to it. */
  remark(row: number, mark: StepMark): void {
    this.#counts.set([mark.cells, mark.changes, mark.events], 6 * row);
  }

  mark(row: number): StepMark {
    const [cells, changes, events] = this.#counts.subarray(6 * row, 6 * row + 3);
    return { cells: cells!, changes: changes!, events: events! };
  }

  at(row: number): StepRecord {
    const kind = microKinds[this.#small[4 * row]!]!;
    const flags = this.#small[4 * row + 3]!;
    const walker = this.#walkers.get(row) ?? null;
    if (flags & noIter) return { kind, iter: null, walker };
    const place = this.#places[this.#counts[6 * row + 5]!]!;
    return {
      kind,
      walker,
      iter: {
        ...place,
        table: place.path[0]!,
        level: this.#small[4 * row + 1]!,
        index: this.#small[4 * row + 2]!,
        gfn: this.#wide[3 * row]!,
        nextLastLevelGfn: this.#wide[3 * row + 1]!,
        yieldedGfn: this.#wide[3 * row + 2]!,
        oldSpte: joinHalves(this.#counts[6 * row + 3]!, this.#counts[6 * row + 4]!),
        valid: (flags & isValid) !== 0,
        yielded: (flags & isYielded) !== 0,
      },
    };
  }

  /** Forgets the steps from that one on. */
  cut(length: number): void {
    this.#length = length;
  }

  #addIter(row: number, iter: TdpIter): void {
    const flags = (iter.valid ? isValid : 0) | (iter.yielded ? isYielded : 0);
    this.#small.set([iter.level, iter.index, flags], 4 * row + 1);
    this.#wide.set([iter.gfn, iter.nextLastLevelGfn, iter.yieldedGfn], 3 * row);
    this.#counts.set([iter.oldLo, iter.oldHi, this.#placeOf(iter)], 6 * row + 3);
  }

  /** Number of the iterator's place among those seen; most steps stay where the one before was. */
  #placeOf(iter: TdpIter): number {
    const last = this.#places.at(-1);
    const { rootLevel, minLevel, asId, gfnBits } = iter;
    const same =
      last?.path.length === rootLevel - iter.level + 1 &&
      last.path[0] === iter.table.pa &&
      last.minLevel === minLevel &&
      last.asId === asId &&
      last.gfnBits === gfnBits &&
      last.path.every((pa, at) => iter.tableAt(iter.level + at)?.pa === pa);
    if (!same) this.#places.push({ path: iter.path(), rootLevel, minLevel, asId, gfnBits });
    return this.#places.length - 1;
  }

  #grow(): void {
    const [counts, small, wide] = [this.#counts, this.#small, this.#wide];
    this.#counts = new Uint32Array(2 * counts.length);
    this.#small = new Uint16Array(2 * small.length);
    this.#wide = new Float64Array(2 * wide.length);
    this.#counts.set(counts);
    this.#small.set(small);
    this.#wide.set(wide);
  }
}
