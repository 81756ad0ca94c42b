import { pagesOfLevel } from './spte-shape';

/** No entry, no change. */
export const none = 0xffff_ffff;

const levels = 6;

/**
 * The entries that a trace names, numbered as they come: by the tree they are in, their level, and
 * the first GFN they cover. Open addressing over typed arrays, because every line asks.
 */
export class EntryTable {
  /** Tree << 3 | level. */
  place = new Uint32Array(1024);
  /** First GFN covered; of an entry known by its address: that address / 8. */
  gfn = new Float64Array(1024);
  /** The entry of the level above that links its table; {@link none}: it is in a root, or alone. */
  parent = new Uint32Array(1024);
  count = 0;
  /** Entries of each level, in the order they came. */
  readonly byLevel: readonly number[][] = Array.from({ length: levels + 1 }, () => []);
  private buckets = new Int32Array(4096);
  private shift = 20;

  private home(place: number, gfn: number): number {
    const high = (gfn / 0x1_0000_0000) | 0;
    const mixed = Math.imul((gfn | 0) ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
    return Math.imul(mixed ^ Math.imul(place, 0xc2b2_ae35), 0x27d4_eb2f) >>> this.shift;
  }

  /** The entry's number; {@link none}: no line named it. */
  find(tree: number, level: number, gfn: number): number {
    const place = (tree << 3) | level;
    const mask = this.buckets.length - 1;
    for (let bucket = this.home(place, gfn); ; bucket = (bucket + 1) & mask) {
      const entry = this.buckets[bucket]! - 1;
      if (entry < 0) return none;
      if (this.place[entry] === place && this.gfn[entry] === gfn) return entry;
    }
  }

  /** The entry's number; made, with those above it up to the root's level, where it is new. */
  ensure(tree: number, level: number, gfn: number, rootLevel: number): number {
    const found = this.find(tree, level, gfn);
    if (found !== none) return found;
    const above = pagesOfLevel(level + 1);
    const parent =
      level < rootLevel
        ? this.ensure(tree, level + 1, Math.floor(gfn / above) * above, rootLevel)
        : none;
    return this.add(tree, level, gfn, parent);
  }

  /** A new entry, which must not be there yet. */
  add(tree: number, level: number, gfn: number, parent: number): number {
    const entry = this.count++;
    if (entry === this.gfn.length) this.widen();
    this.place[entry] = (tree << 3) | level;
    this.gfn[entry] = gfn;
    this.parent[entry] = parent;
    this.byLevel[level]!.push(entry);
    if (this.count * 2 > this.buckets.length) this.rehash();
    else this.enter(entry);
    return entry;
  }

  private enter(entry: number): void {
    const mask = this.buckets.length - 1;
    let bucket = this.home(this.place[entry]!, this.gfn[entry]!);
    while (this.buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    this.buckets[bucket] = entry + 1;
  }

  private rehash(): void {
    this.buckets = new Int32Array(this.buckets.length * 4);
    this.shift -= 2;
    for (let entry = 0; entry < this.count; entry++) this.enter(entry);
  }

  private widen(): void {
    const room = this.gfn.length * 2;
    const place = new Uint32Array(room);
    const gfn = new Float64Array(room);
    const parent = new Uint32Array(room);
    place.set(this.place);
    gfn.set(this.gfn);
    parent.set(this.parent);
    Object.assign(this, { place, gfn, parent });
  }

  levelOf(entry: number): number {
    return this.place[entry]! & 7;
  }

  treeOf(entry: number): number {
    return this.place[entry]! >>> 3;
  }
}
