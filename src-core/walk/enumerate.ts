import type { FrameStore } from '../memory/frame-store';
import { upperPart } from '../paging/canonical';
import type { CompiledFormat } from '../paging/format';
import { type EntryTest, noEntry, passes } from './entry-test';
import { flatRules, isBadCombination, rule, ruleStride } from './flat-rules';
import { LevelScan, MapTotals } from './level-scan';
import type { RangeClass } from './range-batch';
import { RangeJoiner, type RangeMerge, type RangeReceiver, tablePage } from './range-joiner';
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

const listedMissing = 1000;
const usualMaxTables = 1 << 22;

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
  walk.advance(Infinity);
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
  /** By level. */
  private readonly scans: readonly LevelScan[];
  private tables = 0;
  private readonly missing: number[] = [];
  private missingCount = 0;
  private readonly cycles = new Set<number>();
  private incomplete = false;
  /** Tables on the way down, by level; the current one's level, above the root's at the end. */
  private readonly visits: readonly Visit[];
  private level: number;
  /** First page whose canonical form has the upper bits set, and what that adds. */
  private readonly upperFrom: number;
  private readonly upperAdd: number;

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
    this.scans = [rules[0]!, ...rules].map(
      (level) => new LevelScan(level, this.rules, entryBytes, options, this.joiner, this.totals),
    );
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
    const upper = upperPart(compiled);
    this.upperFrom = upper ? Number(upper.from >> 12n) : Infinity;
    this.upperAdd = upper ? Number(upper.add >> 12n) : 0;
  }

  /** Reads so many tables; false: that was all. */
  advance(tables: number): boolean {
    const { levels } = this.compiled.shape;
    const until = this.tables + tables;
    while (this.level <= levels && !this.incomplete) {
      if (this.tables >= until) return true;
      this.joiner.makeRoom();
      this.readOn(this.visits[this.level]!);
    }
    this.joiner.close();
    this.joiner.flush();
    return false;
  }

  /** What was met so far. */
  result(): Enumeration {
    const { joiner, totals } = this;
    const [pages, low, high] = totals.sums;
    return {
      leaves: totals.leaves,
      mmio: totals.mmio,
      reserved: totals.reserved,
      ranges: joiner.ranges,
      tables: this.tables,
      bytes: BigInt(pages!) * 4096n,
      sumPhysical: BigInt.asUintN(64, ((BigInt(high!) << 20n) + BigInt(low!)) << 12n),
      missing: this.missing,
      missingCount: this.missingCount,
      cycles: [...this.cycles],
      incomplete: this.level <= this.compiled.shape.levels,
      classes: joiner.classes.list,
    };
  }

  /** Makes a table one level down the current one. */
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
    const { level } = this;
    const base = level * ruleStride;
    const entries = this.rules[base + rule.indexMask]! + 1;
    const pagesEach = 2 ** (this.rules[base]! - 12);
    const entryBytes = this.stride * 4;
    while (visit.index < entries) {
      const byte = visit.offset + visit.index * entryBytes;
      const page = visit.frame + Math.floor(byte / 4096);
      const half = (byte % 4096) >>> 2;
      const here = Math.min(entries - visit.index, Math.floor((4096 - (byte % 4096)) / entryBytes));
      const from = visit.at + visit.index * pagesEach;
      if (!this.pages.open(page, level)) {
        this.missingPage(page, from, here * pagesEach);
        visit.index += here;
        continue;
      }
      const known = this.pages.whole ? here : this.knownFrom(half, here);
      if (known === 0) {
        const unknown = this.unknownFrom(half, here);
        this.missingPage(page, from, unknown * pagesEach);
        visit.index += unknown;
        continue;
      }
      const { buffer } = this.pages;
      const place = this.pages.offset + half;
      if (level > 1) {
        visit.index += this.scan(visit, buffer, place, known, from);
        if (this.level !== level || this.incomplete) return;
      } else {
        this.enter(from);
        const { andLo, andHi, orLo, orHi } = visit;
        this.scans[1]!.scan(buffer, place, known, andLo, andHi, orLo, orHi);
        visit.index += known;
      }
    }
    visit.frame = -1;
    this.level++;
  }

  private isKnown(half: number): boolean {
    return this.pages.isKnown(half) && (this.stride === 1 || this.pages.isKnown(half + 1));
  }

  /** How many entries of the open page are known, from one on. */
  private knownFrom(half: number, entries: number): number {
    let count = 0;
    while (count < entries && this.isKnown(half + count * this.stride)) count++;
    return count;
  }

  private unknownFrom(half: number, entries: number): number {
    let count = 0;
    while (count < entries && !this.isKnown(half + count * this.stride)) count++;
    return count;
  }

  /** Entries that the memory does not hold, and the addresses they would translate. */
  private missingPage(page: number, from: number, pages: number): void {
    this.missingCount++;
    if (this.missing.length < listedMissing) this.missing.push(page);
    this.enter(from);
    this.joiner.addKind('missing', 0, pages, 0);
  }

  /** What comes now translates addresses from this page on. */
  private enter(page: number): void {
    this.joiner.given[tablePage] = page >= this.upperFrom ? page + this.upperAdd : page;
  }

  /**
   * Entries of an upper level that stand from `first` on and are all known, up to one that points at
   * a table, which then is the current one. Returns how many were read.
   */
  private scan(
    visit: Visit,
    buffer: Uint32Array,
    first: number,
    entries: number,
    at: number,
  ): number {
    const { rules, stride, test, level } = this;
    const { andLo, andHi, orLo, orHi } = visit;
    const scan = this.scans[level]!;
    const base = level * ruleStride;
    const pagesEach = 2 ** (rules[base]! - 12);
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
        this.enter(from);
        scan.entry(buffer, place, 0, andLo, andHi, orLo, orHi);
        continue;
      }
      if (!present) continue;
      if (
        ((lo & rules[base + rule.tableReservedLo]!) |
          (hi & rules[base + rule.tableReservedHi]!)) !==
          0 ||
        isBadCombination(lo, rules[base + rule.tableBadLo]!, rules[base + rule.tableBadHi]!)
      ) {
        this.enter(from);
        scan.refuse(0);
        continue;
      }
      const target = this.tableAddress(level, lo, hi);
      const frame = Math.floor(target / 4096);
      if (this.visits.some((above) => above.frame === frame)) this.cycles.add(frame);
      this.descend(
        frame,
        target % 4096,
        from,
        andLo & (lo | ~rules[base + rule.tableAndLo]!),
        andHi & (hi | ~rules[base + rule.tableAndHi]!),
        orLo | (lo & rules[base + rule.tableOrLo]!),
        orHi | (hi & rules[base + rule.tableOrHi]!),
      );
      return index + 1;
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
