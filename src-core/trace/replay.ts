import type { TextIndex } from '../text/index';
import { joinHalves } from '../word';
import { type ChangeCause, changeCauses } from './change-list';
import { none } from './entry-table';
import type { EntryWriter } from './entry-writer';
import { TableState } from './table-state';
import { TraceReader } from './trace-reader';
import type { TraceTree } from './trace-tree';

/** One change of an entry, as its line tells it. Lines count from 0. */
export interface EntryChange {
  readonly line: number;
  readonly tree: TraceTree;
  readonly level: number;
  /** First GFN covered; `null`: the lines name this entry by its address, and what it maps may change. */
  readonly gfn: bigint | null;
  /** Where the entry stands, where the lines name it so. */
  readonly address: bigint | null;
  /** `null`: unknown. */
  readonly old: bigint | null;
  /** `null`: its table went away. */
  readonly value: bigint | null;
  readonly cause: ChangeCause;
  /** Line of the change before and after this one; `null`: there is none. */
  readonly previousLine: number | null;
  readonly nextLine: number | null;
}

/** What the replay could not follow. */
export interface ReplayLimits {
  /** Lines where events were lost. */
  readonly lost: readonly number[];
  /** Lines whose old value is not what the lines before left. */
  readonly gaps: readonly number[];
  /** Lines about entries that are cut off, or in a form not known. */
  readonly unread: readonly number[];
  /** Changes by the lockless fast path whose entry no line tells. */
  readonly unplaced: readonly number[];
}

/**
 * A trace replayed: KVM's tables as its lines tell them, at any line. What the trace never showed is
 * unknown, not empty. Changes are kept in columns, so that the state at a line is one pass over
 * numbers: a million changes take some milliseconds, and no checkpoints are needed.
 */
export class TraceReplay {
  private readonly store: EntryWriter;
  readonly limits: ReplayLimits;
  private nextOf: Uint32Array | null = null;

  private constructor(
    readonly index: TextIndex,
    { lost, unread, unplaced, writer }: TraceReader,
  ) {
    this.store = writer;
    this.limits = { lost, unread, unplaced, gaps: writer.gaps };
  }

  /** Replays a whole trace. */
  static of(index: TextIndex): TraceReplay {
    const steps = TraceReplay.inSteps(index);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /**
   * Replays a trace in steps of about a millisecond, each with the share of it that is read, 0 to 1.
   * The text must not change meanwhile.
   */
  static *inSteps(index: TextIndex): Generator<number, TraceReplay> {
    const reader = new TraceReader();
    yield* reader.read(index);
    return new TraceReplay(index, reader);
  }

  /** Roots in the order in which the trace shows them. */
  get trees(): readonly TraceTree[] {
    return this.store.trees;
  }

  /** How many changes the lines tell. */
  get changeCount(): number {
    return this.store.changes.count;
  }

  /** Roots that are known of at a line, newest first; none from before events were lost. */
  treesAt(line: number): TraceTree[] {
    const lost = this.limits.lost.findLast((at) => at <= line) ?? 0;
    return this.trees.filter(({ sinceLine }) => sinceLine <= line && sinceLine >= lost).reverse();
  }

  /** The tables as they were just after a line. */
  stateAt(line: number): TableState {
    const { entries, changes } = this.store;
    const last = new Uint32Array(entries.count).fill(none);
    const count = changes.upTo(line);
    const { entry } = changes;
    for (let change = 0; change < count; change++) last[entry[change]!] = change;
    return new TableState(this.store, last, line, this.index.name);
  }

  /** The changes that a line tells. */
  changesOf(line: number): EntryChange[] {
    const { changes } = this.store;
    const told: EntryChange[] = [];
    for (let at = changes.upTo(line - 1); at < changes.upTo(line); at++) {
      if (changeCauses[changes.cause[at]!] !== 'seen') told.push(this.describe(at));
    }
    return told;
  }

  /** All changes of an entry named by level and first GFN, in line order. */
  historyOf(tree: number, level: number, gfn: bigint): EntryChange[] {
    const { entries } = this.store;
    const entry = entries.find(tree, level, Number(gfn));
    return entry === none ? [] : this.historyOfEntry(entry);
  }

  /** Entries whose value at one line differs from that at another, with both; `null`: unknown. */
  changedBetween(first: number, second: number): ChangedEntry[] {
    const [from, to] = first <= second ? [first, second] : [second, first];
    const { changes } = this.store;
    const touched = new Set<number>();
    for (let at = changes.upTo(from); at < changes.upTo(to); at++) touched.add(changes.entry[at]!);
    const before = this.stateAt(first);
    const after = this.stateAt(second);
    return [...touched].flatMap((entry) => {
      const old = before.valueOf(entry);
      const value = after.valueOf(entry);
      if (old === value) return [];
      return [{ ...this.placeOf(entry), old, value }];
    });
  }

  private historyOfEntry(entry: number): EntryChange[] {
    const { changes } = this.store;
    const found: EntryChange[] = [];
    let at = this.store.now.last[entry]!;
    for (; at !== none; at = changes.previous[at]!) {
      if (changeCauses[changes.cause[at]!] !== 'seen') found.push(this.describe(at));
    }
    return found.reverse();
  }

  private placeOf(entry: number): Pick<EntryChange, 'tree' | 'level' | 'gfn' | 'address'> {
    const { entries, trees } = this.store;
    const tree = trees[entries.treeOf(entry)]!;
    const key = BigInt(entries.gfn[entry]!);
    const byGfn = tree.namedBy === 'gfn';
    return {
      tree,
      level: entries.levelOf(entry),
      gfn: byGfn ? key : null,
      address: byGfn ? null : key * 8n,
    };
  }

  private describe(change: number): EntryChange {
    const { changes, initialKnown, initialLo, initialHi } = this.store;
    const entry = changes.entry[change]!;
    const cause = changeCauses[changes.cause[change]!]!;
    const previous = changes.previous[change]!;
    const next = this.next(change);
    const initial =
      initialKnown[entry] === 1 ? joinHalves(initialLo[entry]!, initialHi[entry]!) : null;
    return {
      line: changes.line[change]!,
      ...this.placeOf(entry),
      old: previous === none ? initial : this.valueOf(previous),
      value: this.valueOf(change),
      cause,
      previousLine: previous === none ? null : changes.line[previous]!,
      nextLine: next === none ? null : changes.line[next]!,
    };
  }

  private valueOf(change: number): bigint | null {
    const { changes } = this.store;
    if (changeCauses[changes.cause[change]!] === 'gone') return null;
    return joinHalves(changes.lo[change]!, changes.hi[change]!);
  }

  private next(change: number): number {
    if (!this.nextOf) {
      const { changes } = this.store;
      this.nextOf = new Uint32Array(changes.count).fill(none);
      for (let at = 0; at < changes.count; at++) {
        const previous = changes.previous[at]!;
        if (previous !== none) this.nextOf[previous] = at;
      }
    }
    return this.nextOf[change]!;
  }
}

/** An entry at two moments. */
export interface ChangedEntry extends Pick<EntryChange, 'tree' | 'level' | 'gfn' | 'address'> {
  readonly old: bigint | null;
  readonly value: bigint | null;
}
