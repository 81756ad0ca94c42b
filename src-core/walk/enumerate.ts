import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat } from '../paging/format';
import { type EntryTest, noEntry, passes } from './entry-test';
import { flatRules, isBadCombination, rule, ruleStride } from './flat-rules';
import { LevelScan, MapTotals } from './level-scan';
import { item, itemKind, MapItems } from './map-items';
import { MapTelling } from './map-telling';
import type { RangeClass } from './range-batch';
import { RangeJoiner, type RangeMerge, type RangeReceiver } from './range-joiner';
import { TablePages } from './table-pages';

export interface EnumerateOptions {
  /** Which entries are MMIO to KVM; asked before the hardware's rules. */
  readonly mmio?: EntryTest;
  /** Take entries with reserved bits for what they would be without; QEMU's `info mem` does so. */
  readonly ignoreReserved?: boolean;
  /** `contiguous` when left out. */
  readonly merge?: RangeMerge;
  readonly onRanges?: RangeReceiver;
  /** Tables to visit at most: tables that share tables can claim more than anybody can count. */
  readonly maxTables?: number;
}

/** What a walk over all tables met. */
export interface Enumeration {
  /** Leaves by level: `leaves[L]`. */
  readonly leaves: Float64Array;
  readonly mmio: number;
  readonly reserved: number;
  /** Ranges that leaves and MMIO entries make; what is reserved or missing is not counted. */
  readonly ranges: number;
  /** Visits of tables; a shared table counts each time. */
  readonly tables: number;
  /** Bytes that leaves map. */
  readonly bytes: bigint;
  /** Sum of the leaves' physical byte addresses, modulo 2^64. */
  readonly sumPhysical: bigint;
  /** Pages of tables that the memory does not hold: numbers of the first some, and how many there were. */
  readonly missing: readonly number[];
  readonly missingCount: number;
  /** Tables, by page number, that were reached through themselves. */
  readonly cycles: readonly number[];
  /** The work did not come to its end: too many tables, or nobody asked it to go on. */
  readonly incomplete: boolean;
  readonly classes: readonly RangeClass[];
}

const usualMaxTables = 1 << 22;
/** Items that may wait: tables of the last level are read in the order they have in an image. */
const waitingAtMost = 1 << 16;
/** Upper tables read between two looks at what waits. */
const upperAtOnce = 1 << 12;

/**
 * Every leaf under a root, merged into ranges with rights and kinds. Upper halves of canonical
 * addresses come last, with their upper bits set.
 * @param root byte address of the root table
 */
export function enumerate(
  memory: FrameStore,
  compiled: CompiledFormat,
  root: bigint,
  options: EnumerateOptions = {},
): Enumeration {
  const walk = new MapWalk(memory, compiled, root, options);
  while (walk.advance(Infinity));
  return walk.result();
}

/** A table on the way down, and how far it has been read. */
interface Visit {
  frame: number;
  offset: number;
  /** First 4 KiB page of addresses the table translates. */
  at: number;
  /** Entry to go on with. */
  index: number;
  /** Rights gathered above. */
  andLo: number;
  andHi: number;
  orLo: number;
  orHi: number;
}

/** {@link enumerate} in steps, for callers that must not be busy for long. */
export class MapWalk {
  private readonly rules: Int32Array;
  private readonly stride: 1 | 2;
  private readonly pages: TablePages;
  private readonly test: EntryTest;
  private readonly joiner: RangeJoiner;
  private readonly totals: MapTotals;
  private readonly items = new MapItems();
  private readonly telling: MapTelling;
  /** By level: addresses that an entry translates, in 4 KiB pages. */
  private readonly pagesEach: Float64Array;
  private tables = 0;
  /** Items told of those that wait. */
  private told = 0;
  private readonly cycles = new Set<number>();
  private incomplete = false;
  /** Tables on the way down, by level; the current one's level, above the root's at the end. */
  private readonly visits: readonly Visit[];
  private level: number;

  constructor(
    memory: FrameStore,
    private readonly compiled: CompiledFormat,
    root: bigint,
    private readonly options: EnumerateOptions = {},
  ) {
    const { rules, entryBytes, shape } = compiled;
    this.rules = flatRules(compiled, options.ignoreReserved === true);
    this.stride = entryBytes === 8 ? 2 : 1;
    this.pages = new TablePages(memory);
    this.test = options.mmio ?? noEntry;
    this.joiner = new RangeJoiner(options.merge ?? 'contiguous', options.onRanges);
    this.totals = new MapTotals(shape.levels);
    const scans = [rules[0]!, ...rules].map(
      (level) => new LevelScan(level, this.rules, entryBytes, options, this.joiner, this.totals),
    );
    this.telling = new MapTelling(memory, compiled, scans, this.joiner);
    this.pagesEach = Float64Array.from([0, ...rules.map(({ shift }) => 2 ** (shift - 12))]);
    this.visits = Array.from({ length: shape.levels + 1 }, () => ({
      frame: -1,
      offset: 0,
      at: 0,
      index: 0,
      andLo: 0,
      andHi: 0,
      orLo: 0,
      orHi: 0,
    }));
    this.level = shape.levels + 1;
    // Rights that no table has touched yet: all bits granted, none taken away.
    this.descend(Number(root >> 12n), Number(root & 0xfffn), 0, -1, -1, 0, 0);
  }

  /** Tells what so many tables of the last level map; false: that was all. */
  advance(tables: number): boolean {
    const { items, telling, joiner } = this;
    if (this.told === items.count) {
      items.count = 0;
      this.told = 0;
      for (let read = 0; read < upperAtOnce && this.hasMore(); read++) {
        if (items.count >= waitingAtMost) break;
        this.readOn(this.visits[this.level]!);
      }
      telling.readAhead(items);
    }
    const end = Math.min(items.count, this.told + tables);
    while (this.told < end) telling.tell(items, this.told++);
    if (this.told < items.count || this.hasMore()) return true;
    joiner.close();
    joiner.flush();
    return false;
  }

  /** There are upper tables to read. */
  private hasMore(): boolean {
    return this.level <= this.compiled.shape.levels && !this.incomplete;
  }

  /** What was met so far. */
  result(): Enumeration {
    const { joiner, totals, telling } = this;
    const [pages, low, high] = totals.sums;
    return {
      leaves: totals.leaves,
      mmio: totals.mmio,
      reserved: totals.reserved,
      ranges: joiner.ranges,
      tables: this.tables,
      bytes: BigInt(pages!) * 4096n,
      sumPhysical: BigInt.asUintN(64, ((BigInt(high!) << 20n) + BigInt(low!)) << 12n),
      missing: telling.missing,
      missingCount: telling.missingCount,
      cycles: [...this.cycles],
      incomplete: this.level <= this.compiled.shape.levels || this.told < this.items.count,
      classes: joiner.classes.list,
    };
  }

  /** Makes a table one level down the current one; one of the last level waits to be told. */
  private descend(
    frame: number,
    offset: number,
    at: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    if (this.tables >= (this.options.maxTables ?? usualMaxTables)) {
      this.incomplete = true;
      return;
    }
    this.tables++;
    if (this.level === 2) {
      const { items } = this;
      const place = items.add(itemKind.table, 1, at);
      items.numbers[place + item.frame] = frame;
      items.numbers[place + item.offset] = offset;
      items.setRights(place, andLo, andHi, orLo, orHi);
      return;
    }
    const visit = this.visits[--this.level]!;
    visit.frame = frame;
    visit.offset = offset;
    visit.at = at;
    visit.index = 0;
    visit.andLo = andLo;
    visit.andHi = andHi;
    visit.orLo = orLo;
    visit.orHi = orHi;
  }

  /** Reads on in the current table, to its end or to an entry that points at a table. */
  private readOn(visit: Visit): void {
    const { level, stride, items } = this;
    const entries = this.rules[level * ruleStride + rule.indexMask]! + 1;
    const pagesEach = this.pagesEach[level]!;
    while (visit.index < entries) {
      const byte = visit.offset + visit.index * stride * 4;
      const page = visit.frame + Math.floor(byte / 4096);
      const half = (byte & 4095) >>> 2;
      const here = Math.min(entries - visit.index, (1024 - half) >>> (stride - 1));
      const from = visit.at + visit.index * pagesEach;
      const known = this.pages.open(page, level)
        ? this.pages.knownEntries(half, here, stride)
        : -here;
      if (known < 0) {
        const place = items.add(itemKind.missing, level, from);
        items.numbers[place + item.frame] = page;
        items.numbers[place + item.pages] = -known * pagesEach;
        visit.index -= known;
        continue;
      }
      const { buffer } = this.pages;
      visit.index += this.scan(visit, buffer, this.pages.offset + half, known, from);
      if (this.level !== level || this.incomplete) return;
    }
    visit.frame = -1;
    this.level++;
  }

  /**
   * Entries of an upper level that stand from `first` on and are all known, up to one that points at
   * a table that then is the current one. Returns how many were read.
   */
  private scan(
    visit: Visit,
    buffer: Uint32Array,
    first: number,
    entries: number,
    at: number,
  ): number {
    const { rules, stride, test, level, items } = this;
    const { andLo, andHi, orLo, orHi } = visit;
    const base = level * ruleStride;
    const pagesEach = this.pagesEach[level]!;
    for (let index = 0; index < entries; index++) {
      const place = first + index * stride;
      const lo = buffer[place]!;
      const hi = stride === 2 ? buffer[place + 1]! : 0;
      const present =
        ((lo & rules[base + rule.presentLo]!) | (hi & rules[base + rule.presentHi]!)) !== 0;
      const leaf = (lo & rules[base + rule.leafMask]!) === rules[base + rule.leafValue]!;
      const from = at + index * pagesEach;
      if (passes(test, lo, hi) || (present && leaf)) {
        // Each by itself: the upper half begins within the root.
        const waiting = items.add(itemKind.entry, level, from);
        items.numbers[waiting + item.lo] = lo;
        items.numbers[waiting + item.hi] = hi;
        items.setRights(waiting, andLo, andHi, orLo, orHi);
        continue;
      }
      if (!present) continue;
      if (
        ((lo & rules[base + rule.tableReservedLo]!) |
          (hi & rules[base + rule.tableReservedHi]!)) !==
          0 ||
        isBadCombination(lo, rules[base + rule.tableBadLo]!, rules[base + rule.tableBadHi]!)
      ) {
        items.add(itemKind.refused, level, from);
        continue;
      }
      const target = this.tableAddress(level, lo, hi);
      const frame = Math.floor(target / 4096);
      for (let above = level; above < this.visits.length; above++) {
        if (this.visits[above]!.frame === frame) this.cycles.add(frame);
      }
      this.descend(
        frame,
        target % 4096,
        from,
        andLo & (lo | ~rules[base + rule.tableAndLo]!),
        andHi & (hi | ~rules[base + rule.tableAndHi]!),
        orLo | (lo & rules[base + rule.tableOrLo]!),
        orHi | (hi & rules[base + rule.tableOrHi]!),
      );
      if (this.level !== level || this.incomplete) return index + 1;
    }
    return entries;
  }

  /** Byte address of the table that an entry points at. */
  private tableAddress(level: number, lo: number, hi: number): number {
    const { scattered, tableAddressLo, tableAddressHi } = this.compiled.rules[level - 1]!;
    if (scattered) return scattered(lo, hi, false);
    return ((hi & tableAddressHi) >>> 0) * 0x1_0000_0000 + ((lo & tableAddressLo) >>> 0);
  }
}
