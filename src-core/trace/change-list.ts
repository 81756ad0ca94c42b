import { none } from './entry-table';

/**
 * How a change is known: KVM told both values, or the new one; the lockless fast path told both; the
 * old value of a later line tells that it came about unseen; the entry's table went away.
 */
export const changeCauses = ['changed', 'set', 'fast-fault', 'seen', 'gone'] as const;
export type ChangeCause = (typeof changeCauses)[number];

/** Changes of entries in the order of their lines, in columns; a change is its place in them. */
export class ChangeList {
  line = new Uint32Array(4096);
  entry = new Uint32Array(4096);
  /** The value after the change. */
  lo = new Uint32Array(4096);
  hi = new Uint32Array(4096);
  /** The change of the same entry before this one; {@link none}: the first. */
  previous = new Uint32Array(4096);
  /** The change that linked the table which the entry links now; {@link none}: it links none. */
  link = new Uint32Array(4096);
  cause = new Uint8Array(4096);
  /** The GFN that the line names: of an entry named by its address it may change. */
  gfn = new Float64Array(4096);
  count = 0;

  push(line: number, entry: number, lo: number, hi: number, cause: ChangeCause): number {
    const at = this.count++;
    if (at === this.line.length) this.widen();
    this.line[at] = line;
    this.entry[at] = entry;
    this.lo[at] = lo;
    this.hi[at] = hi;
    this.previous[at] = none;
    this.link[at] = none;
    this.gfn[at] = 0;
    this.cause[at] = changeCauses.indexOf(cause);
    return at;
  }

  /** Number of changes on lines up to and with this one. */
  upTo(line: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.line[middle]! <= line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private widen(): void {
    const room = this.line.length * 2;
    const larger = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(room);
      next.set(old);
      return next;
    };
    this.line = larger(this.line);
    this.entry = larger(this.entry);
    this.lo = larger(this.lo);
    this.hi = larger(this.hi);
    this.previous = larger(this.previous);
    this.link = larger(this.link);
    const gfn = new Float64Array(room);
    gfn.set(this.gfn);
    this.gfn = gfn;
    const cause = new Uint8Array(room);
    cause.set(this.cause);
    this.cause = cause;
  }
}
