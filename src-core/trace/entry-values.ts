import { type ChangeList, changeCauses } from './change-list';
import { type EntryTable, none } from './entry-table';
import { isHugePage, isTableLink, pagesOfLevel, splitLow } from './spte-shape';
import type { TraceTree } from './trace-tree';

/** How a value is known: a line told it; its table was made empty, or by a split; a later line told. */
export type ValueGround = 'line' | 'fresh-table' | 'split' | 'later-line';

const gone = changeCauses.indexOf('gone');

/** What a trace knows of its entries, over all its lines. */
export interface TraceStore {
  readonly entries: EntryTable;
  readonly changes: ChangeList;
  readonly trees: readonly TraceTree[];
  /** Value before an entry's first change, where that line told it; `initialKnown` is 1 then. */
  readonly initialLo: Uint32Array;
  readonly initialHi: Uint32Array;
  readonly initialKnown: Uint8Array;
  /** High half of a fresh entry: bit 63 is set from 6.10 on. */
  readonly emptyHigh: number;
}

/**
 * Values of entries at one moment: after the changes that `last` names for each entry. Kept in the
 * object, so that asking makes none.
 */
export class EntryValues {
  lo = 0;
  hi = 0;
  ground: ValueGround = 'line';
  /** The change that told the value, or made the table it is in; {@link none}: no line did. */
  change = none;

  /** @param last by entry: its last change so far, {@link none}: none */
  constructor(
    private readonly store: TraceStore,
    public last: Uint32Array,
  ) {}

  /** Reads an entry's value. False: unknown, nothing tells it. */
  read(entry: number): boolean {
    const { entries, changes } = this.store;
    const own = this.last[entry]!;
    const parent = entries.parent[entry]!;
    const linked = this.tableOf(parent);
    if (linked !== none && (own === none || own < linked)) return this.fresh(linked, entry);
    if (own !== none) {
      this.set(changes.lo[own]!, changes.hi[own]!, 'line', own);
      return changes.cause[own] !== gone;
    }
    return this.before(entry, parent);
  }

  /** The change by which the table under an entry was linked; {@link none}: not seen, or not linked. */
  linkOf(entry: number): number {
    if (entry === none) return none;
    const change = this.last[entry]!;
    return change === none ? none : this.store.changes.link[change]!;
  }

  /** The link of the table under an entry, also just after it was taken away: its entries go next. */
  tableOf(entry: number): number {
    const link = this.linkOf(entry);
    if (link !== none || entry === none || this.last[entry] === none) return link;
    const { previous, link: links } = this.store.changes;
    const before = previous[this.last[entry]!]!;
    return before === none ? none : links[before]!;
  }

  /** An entry of a table that a line linked, and that no line named since. */
  private fresh(link: number, entry: number): boolean {
    const { changes, entries, emptyHigh } = this.store;
    const parent = changes.entry[link]!;
    const level = entries.levelOf(parent);
    if (!this.readBeforeChange(link)) return false;
    const { lo, hi } = this;
    if (isHugePage(lo, hi, level)) {
      const index = (entries.gfn[entry]! - entries.gfn[parent]!) / pagesOfLevel(level - 1);
      this.set(splitLow(lo, level, index), hi, 'split', link);
      return true;
    }
    // A table that took another's place was filled in before: nothing tells with what.
    if (isTableLink(lo, hi, level)) return false;
    this.set(0, emptyHigh, 'fresh-table', link);
    return true;
  }

  /** Reads the value that a change's entry had just before that change. */
  readBeforeChange(change: number): boolean {
    const { changes, initialLo, initialHi, initialKnown } = this.store;
    const previous = changes.previous[change]!;
    if (previous !== none) {
      this.set(changes.lo[previous]!, changes.hi[previous]!, 'line', previous);
      return true;
    }
    const entry = changes.entry[change]!;
    this.set(initialLo[entry]!, initialHi[entry]!, 'later-line', change);
    return initialKnown[entry] === 1;
  }

  /** An entry that no line named so far. */
  private before(entry: number, parent: number): boolean {
    const { entries, trees, initialLo, initialHi, initialKnown, emptyHigh } = this.store;
    const tree = trees[entries.treeOf(entry)]!;
    if (tree.createdLine !== null) {
      // Its root was made empty before our eyes, and below that all tables are linked by lines.
      this.set(0, emptyHigh, 'fresh-table', none);
      return entries.levelOf(entry) >= tree.rootLevel;
    }
    this.set(initialLo[entry]!, initialHi[entry]!, 'later-line', none);
    // What a later line tells of its table holds for the same table only.
    const sameTable = parent === none || this.last[parent] === none;
    return sameTable && initialKnown[entry] === 1;
  }

  private set(lo: number, hi: number, ground: ValueGround, change: number): void {
    this.lo = lo;
    this.hi = hi;
    this.ground = ground;
    this.change = change;
  }
}
