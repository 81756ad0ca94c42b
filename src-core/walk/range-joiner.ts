import { RangeBatch, type RangeClass, RangeClasses, type RangeKind } from './range-batch';

/** What may become one range: neighbours with equal rights; if their pages are neighbours too; nothing. */
export type RangeMerge = 'rights' | 'contiguous' | 'none';

/** Gets ranges in address order, many at a time; the batch is reused after it returns. */
export type RangeReceiver = (batch: RangeBatch, classes: readonly RangeClass[]) => void;

/** Entries in the largest table there is (arm64, 64K granule), with a range that ends before it. */
const mostAtOnce = 8193;
const batchRoom = 2 * mostAtOnce;

/** Places in {@link RangeJoiner.given}. */
export const tablePage = 0;
export const mappedPage = 1;

// Places in the open range's numbers.
const start = 0;
const end = 1;
const physical = 2;
const next = 3;

/** Joins stretches of addresses that come in order into ranges, and hands these on. */
export class RangeJoiner {
  readonly classes = new RangeClasses();
  /** Ranges of leaves and MMIO entries; what is reserved or missing is not counted. */
  ranges = 0;
  private readonly batch = new RangeBatch(batchRoom);
  private readonly contiguous: boolean;
  private readonly merges: boolean;
  /**
   * First page of the table whose entries come now, and the first page the next stretch maps to
   * (-1: none): handed over here, since a double that goes through a call becomes an object.
   */
  readonly given = new Float64Array(2);
  /** The range that may still grow. */
  private readonly open = new Float64Array(4).fill(-1);
  private rights = -1;
  private levels = 0;

  constructor(
    merge: RangeMerge,
    private readonly receive: RangeReceiver | undefined,
  ) {
    this.contiguous = merge !== 'rights';
    this.merges = merge !== 'none';
  }

  /** A stretch that begins `ahead` pages after the table's first; see {@link given}. */
  add(ahead: number, pages: number, rights: number, levels: number): void {
    const { open, given } = this;
    const from = given[tablePage]! + ahead;
    const page = given[mappedPage]!;
    if (
      rights === this.rights &&
      from === open[end] &&
      this.merges &&
      (!this.contiguous || page === open[next] || page < 0)
    ) {
      open[end] = from + pages;
      if (page !== open[next]) open[physical] = -1;
      open[next] = page + pages;
      this.levels |= levels;
      return;
    }
    this.close();
    open[start] = from;
    open[end] = from + pages;
    open[physical] = page;
    open[next] = page + pages;
    this.rights = rights;
    this.levels = levels;
  }

  /** A stretch without pages: of one kind, whatever is above it. */
  addKind(kind: RangeKind, ahead: number, pages: number, levels: number): void {
    this.given[mappedPage] = -1;
    this.add(ahead, pages, this.classes.numberOf(kind, 0, 0, 0, 0), levels);
  }

  /** Ends the open range. */
  close(): void {
    const { open, batch, rights } = this;
    if (rights < 0) return;
    if (this.classes.counts[rights] === 1) this.ranges++;
    const at = batch.count++;
    batch.start[at] = open[start]!;
    batch.end[at] = open[end]!;
    batch.physical[at] = open[physical]!;
    batch.rights[at] = rights;
    batch.levels[at] = this.levels;
    this.rights = -1;
  }

  /** Hands on what is there where the next table might not fit: asked before each, not for each range. */
  makeRoom(): void {
    if (this.batch.count + mostAtOnce > this.batch.room) this.flush();
  }

  /** Hands on what is there. */
  flush(): void {
    this.receive?.(this.batch, this.classes.list);
    this.batch.count = 0;
  }
}
