import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat } from '../paging/format';
import { upperPart } from '../paging/canonical';
import { LeafRuns } from './leaf-runs';
import type { LevelScan } from './level-scan';
import { item, itemKind, itemNumbers, type MapItems } from './map-items';
import { type RangeJoiner, tablePage } from './range-joiner';
import { RunsAhead } from './runs-ahead';
import { TablePages } from './table-pages';

const listedMissing = 1000;

/** Tells the ranges of what a map's upper levels came to, with the tables of the last level read. */
export class MapTelling {
  /** Pages of tables that the memory does not hold: the first some, and how many there were. */
  readonly missing: number[] = [];
  missingCount = 0;
  private readonly pages: TablePages;
  private readonly runs = new LeafRuns();
  private readonly ahead: RunsAhead;
  private readonly stride: 1 | 2;
  /** Entries of a table of the last level. */
  private readonly entries: number;
  /** 4 KiB pages that an entry of the last level maps. */
  private readonly pagesEach: number;
  /** First page whose canonical form has the upper bits set, and what that adds. */
  private readonly upperFrom: number;
  private readonly upperAdd: number;

  /** @param scans by level */
  constructor(
    memory: FrameStore,
    compiled: CompiledFormat,
    private readonly scans: readonly LevelScan[],
    private readonly joiner: RangeJoiner,
  ) {
    const last = compiled.rules[0]!;
    this.stride = compiled.entryBytes === 8 ? 2 : 1;
    this.entries = 2 ** last.indexBits;
    this.pagesEach = 2 ** (last.shift - 12);
    this.pages = new TablePages(memory);
    const perPage = 4096 / compiled.entryBytes;
    const pagesPerTable = Math.ceil(this.entries / perPage);
    this.ahead = new RunsAhead(memory, scans[1]!.finder, perPage, pagesPerTable);
    const upper = upperPart(compiled);
    this.upperFrom = upper ? Number(upper.from >> 12n) : Infinity;
    this.upperAdd = upper ? Number(upper.add >> 12n) : 0;
  }

  /** Reads tables of items that are going to be told, where that is faster than one by one. */
  readAhead(items: MapItems): void {
    this.ahead.read(items);
  }

  /** Tells an item; those before it have been told. */
  tell({ numbers }: MapItems, number: number): void {
    const place = number * itemNumbers;
    this.joiner.makeRoom();
    const at = numbers[place + item.at]!;
    const andLo = numbers[place + item.andLo]! | 0;
    const andHi = numbers[place + item.andHi]! | 0;
    const orLo = numbers[place + item.orLo]! | 0;
    const orHi = numbers[place + item.orHi]! | 0;
    const kind = numbers[place + item.kind]!;
    if (kind === itemKind.table) {
      const offset = numbers[place + item.offset]!;
      this.table(numbers[place + item.frame]!, offset, at, andLo, andHi, orLo, orHi);
    } else if (kind === itemKind.missing) {
      this.tellMissing(numbers[place + item.frame]!, at, numbers[place + item.pages]!);
    } else {
      const scan = this.scans[numbers[place + item.level]!]!;
      this.enter(at);
      if (kind === itemKind.refused) scan.refuse(0);
      else {
        const lo = numbers[place + item.lo]! | 0;
        scan.entry(lo, numbers[place + item.hi]! | 0, andLo, andHi, orLo, orHi);
      }
    }
  }

  /** A table of the last level, page by page. */
  private table(
    frame: number,
    offset: number,
    at: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    const { entries, stride, pages, pagesEach, ahead, runs } = this;
    const scan = this.scans[1]!;
    for (let index = 0; index < entries;) {
      const byte = offset + index * stride * 4;
      const page = frame + Math.floor(byte / 4096);
      const half = (byte & 4095) >>> 2;
      const here = Math.min(entries - index, (1024 - half) >>> (stride - 1));
      const from = at + index * pagesEach;
      if (half === 0 && here * stride === 1024 && ahead.has(page)) {
        this.enter(from);
        scan.tell(ahead.runs, ahead.from, ahead.to, andLo, andHi, orLo, orHi);
        index += here;
        continue;
      }
      const known = pages.open(page, 1) ? pages.knownEntries(half, here, stride) : -here;
      if (known > 0) {
        runs.count = 0;
        scan.finder.find(pages.buffer, pages.offset + half, known, runs);
        this.enter(from);
        scan.tell(runs, 0, runs.count, andLo, andHi, orLo, orHi);
      } else this.tellMissing(page, from, -known * pagesEach);
      index += Math.abs(known);
    }
  }

  /** Entries that the memory does not hold, and the addresses they would translate. */
  private tellMissing(page: number, from: number, pages: number): void {
    this.missingCount++;
    if (this.missing.length < listedMissing) this.missing.push(page);
    this.enter(from);
    this.joiner.addKind('missing', 0, pages, 0);
  }

  /** What comes now translates addresses from this page on. */
  private enter(page: number): void {
    const { upperFrom, upperAdd } = this;
    this.joiner.given[tablePage] = page >= upperFrom ? page + upperAdd : page;
  }
}
