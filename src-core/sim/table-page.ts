import { joinHalves } from '../word';

export const entriesPerTable = 512;

/** GFNs that one entry of a level covers: `KVM_PAGES_PER_HPAGE(level)`; index 0 is unused. */
export const pagesAtLevel: readonly number[] = [0, 1, 512, 512 ** 2, 512 ** 3, 512 ** 4];

/** The first GFN of the entry of `level` that covers `gfn`. GFNs are below 2^52: plain numbers. */
export function roundGfn(gfn: number, level: number): number {
  return gfn - (gfn % pagesAtLevel[level]!);
}

/** Where in its table of `level` the entry for `gfn` stands, 0–511. */
export function entryIndex(gfn: number, level: number): number {
  return Math.floor(gfn / pagesAtLevel[level]!) % entriesPerTable;
}

/** One 4 KiB table: 512 entries as pairs of 32-bit halves, low half first. */
export class TablePage {
  /**
   * @param pa byte address of the table
   * @param words 1024 halves; may be a view on a larger image
   */
  constructor(
    readonly pa: number,
    readonly words: Uint32Array = new Uint32Array(2 * entriesPerTable),
  ) {}

  lo(index: number): number {
    return this.words[2 * index]!;
  }

  hi(index: number): number {
    return this.words[2 * index + 1]!;
  }

  entry(index: number): bigint {
    return joinHalves(this.words[2 * index]!, this.words[2 * index + 1]!);
  }

  store(index: number, lo: number, hi: number): void {
    this.words[2 * index] = lo;
    this.words[2 * index + 1] = hi;
  }

  fill(lo: number, hi: number): void {
    for (let index = 0; index < entriesPerTable; index++) this.store(index, lo, hi);
  }
}

/** Tables by byte address; what is not there is unknown, not empty. */
export interface TableSource {
  table(pa: number): TablePage | undefined;
}
