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
  /** Asked now and then; true ends the work. */
  readonly shouldStop?: (tables: number) => boolean;
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
  /** The work ended early: too many tables, or asked to stop. */
  readonly incomplete: boolean;
  readonly classes: readonly RangeClass[];
}

const listedMissing = 1000;
const usualMaxTables = 1 << 22;
const stopEvery = 1024;

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
  return new TableWalk(memory, compiled, options).run(root);
}

class TableWalk {
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
  /** Page numbers of the tables on the way down, by level. */
  private readonly path: Float64Array;
  /** First page whose canonical form has the upper bits set, and what that adds. */
  private readonly upperFrom: number;
  private readonly upperAdd: number;

  constructor(
    memory: FrameStore,
    private readonly compiled: CompiledFormat,
    private readonly options: EnumerateOptions,
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
    this.path = new Float64Array(shape.levels + 1).fill(-1);
    const upper = upperPart(compiled);
    this.upperFrom = upper ? Number(upper.from >> 12n) : Infinity;
    this.upperAdd = upper ? Number(upper.add >> 12n) : 0;
  }

  run(root: bigint): Enumeration {
    const { joiner, totals } = this;
    const frame = Number(root >> 12n);
    // Rights that no table has touched yet: all bits granted, none taken away.
    this.table(this.compiled.shape.levels, frame, Number(root & 0xfffn), 0, -1, -1, 0, 0);
    joiner.close();
    joiner.flush();
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
      incomplete: this.incomplete,
      classes: joiner.classes.list,
    };
  }

  /** Counts a table; false: the work is to end. */
  private mayVisit(): boolean {
    this.tables++;
    if (this.tables > (this.options.maxTables ?? usualMaxTables)) this.incomplete = true;
    if (this.tables % stopEvery === 0 && this.options.shouldStop?.(this.tables) === true) {
      this.incomplete = true;
    }
    return !this.incomplete;
  }

  /** One table, page by page; `at` is the first 4 KiB page of addresses it translates. */
  private table(
    level: number,
    frame: number,
    offset: number,
    at: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    if (!this.mayVisit()) return;
    this.path[level] = frame;
    const base = level * ruleStride;
    const entries = this.rules[base + rule.indexMask]! + 1;
    const pagesEach = 2 ** (this.rules[base]! - 12);
    const entryBytes = this.stride * 4;
    for (let index = 0, page = frame, byte = offset; index < entries; page++, byte = 0) {
      const here = Math.min(entries - index, Math.floor((4096 - byte) / entryBytes));
      const from = at + index * pagesEach;
      if (!this.pages.open(page, level)) this.missingPage(page, from, here * pagesEach);
      else {
        const { buffer, whole } = this.pages;
        const first = this.pages.offset + (byte >>> 2);
        const stretches = whole ? wholeTable : this.stretches(byte >>> 2, here);
        for (const { start, end, known } of stretches) {
          const stretch = from + start * pagesEach;
          const count = Math.min(end, here) - start;
          const place = first + start * this.stride;
          if (!known) this.missingPage(page, stretch, count * pagesEach);
          else if (level > 1) {
            this.scan(level, buffer, place, count, stretch, andLo, andHi, orLo, orHi);
          } else {
            this.enter(stretch);
            this.scans[1]!.scan(buffer, place, count, andLo, andHi, orLo, orHi);
          }
        }
      }
      index += here;
    }
    this.path[level] = -1;
  }

  /** Entries of the page just opened that are known, and those that are not, in turn. */
  private stretches(half: number, entries: number): Stretch[] {
    const found: Stretch[] = [];
    for (let index = 0; index < entries; index++) {
      const at = half + index * this.stride;
      const known = this.pages.isKnown(at) && (this.stride === 1 || this.pages.isKnown(at + 1));
      const last = found.at(-1);
      if (last?.known === known) last.end = index + 1;
      else found.push({ start: index, end: index + 1, known });
    }
    return found;
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

  /** Entries of an upper level that stand from `first` on and are all known. */
  private scan(
    level: number,
    buffer: Uint32Array,
    first: number,
    entries: number,
    at: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    const { rules, stride, test } = this;
    const scan = this.scans[level]!;
    const base = level * ruleStride;
    const pagesEach = 2 ** (rules[base]! - 12);
    const end = first + entries * stride;
    for (let place = first; place < end && !this.incomplete;) {
      const lo = buffer[place]!;
      const hi = stride === 2 ? buffer[place + 1]! : 0;
      const from = at + ((place - first) / stride) * pagesEach;
      const present =
        ((lo & rules[base + rule.presentLo]!) | (hi & rules[base + rule.presentHi]!)) !== 0;
      if (
        passes(test, lo, hi) ||
        (present && (lo & rules[base + rule.leafMask]!) === rules[base + rule.leafValue]!)
      ) {
        // A run of its own for each: the upper half begins within the root.
        this.enter(from);
        scan.entry(buffer, place, place + stride, 0, andLo, andHi, orLo, orHi);
        place += stride;
        continue;
      }
      place += stride;
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
      if (this.path.includes(frame)) this.cycles.add(frame);
      this.table(
        level - 1,
        frame,
        target % 4096,
        from,
        andLo & (lo | ~rules[base + rule.tableAndLo]!),
        andHi & (hi | ~rules[base + rule.tableAndHi]!),
        orLo | (lo & rules[base + rule.tableOrLo]!),
        orHi | (hi & rules[base + rule.tableOrHi]!),
      );
    }
  }

  /** Byte address of the table that an entry points at. */
  private tableAddress(level: number, lo: number, hi: number): number {
    const { scattered, tableAddressLo, tableAddressHi } = this.compiled.rules[level - 1]!;
    if (scattered) return scattered(lo, hi, false);
    return ((hi & tableAddressHi) >>> 0) * 0x1_0000_0000 + ((lo & tableAddressLo) >>> 0);
  }
}

/** Entries that are all known, or all not. */
interface Stretch {
  readonly start: number;
  end: number;
  readonly known: boolean;
}

const wholeTable: readonly Stretch[] = [{ start: 0, end: Infinity, known: true }];
