import type { LevelRule } from '../paging/format';
import { type EntryTest, noEntry, passes } from './entry-test';
import type { EnumerateOptions } from './enumerate';
import { isBadCombination, rule, ruleStride } from './flat-rules';
import { LeafRuns, run, runWords } from './leaf-runs';
import { mappedPage, type RangeJoiner } from './range-joiner';
import { RunFinder } from './run-finder';

/** What a walk over all tables counts. */
export class MapTotals {
  /** Leaves by level: `leaves[L]`. */
  readonly leaves: Float64Array;
  mmio = 0;
  reserved = 0;
  /** Pages mapped, and sums of the frame numbers' parts: bits 19:0, and what is above. */
  readonly sums = new Float64Array(3);

  constructor(levels: number) {
    this.leaves = new Float64Array(levels + 1);
  }
}

/** Of an entry that is no leaf: no class. */
const none = -1;

/**
 * Tells the ranges that leaves of one level make. The numbers of the level's rule are fields, since
 * the time of a large map goes where they are read.
 */
export class LevelScan {
  private readonly leafMask: number;
  private readonly leafValue: number;
  private readonly reservedLo: number;
  private readonly reservedHi: number;
  private readonly badLo: number;
  private readonly badHi: number;
  private readonly andLo: number;
  private readonly andHi: number;
  private readonly orLo: number;
  private readonly orHi: number;
  private readonly needed: number;
  private readonly addressLo: number;
  private readonly addressHi: number;
  private readonly test: EntryTest;
  private readonly pagesEach: number;
  private readonly levelBit: number;
  private readonly level: number;
  private readonly scattered: LevelRule['scattered'];
  /** A run of one entry. */
  private readonly one = new LeafRuns(1);
  readonly finder: RunFinder;

  /** @param rules of all levels, as `flatRules` makes them */
  constructor(
    levelRule: LevelRule,
    rules: Int32Array,
    entryBytes: number,
    options: EnumerateOptions,
    private readonly joiner: RangeJoiner,
    private readonly totals: MapTotals,
  ) {
    const { level, shift, scattered } = levelRule;
    const of = (name: number): number => rules[level * ruleStride + name]!;
    this.leafMask = of(rule.leafMask);
    this.leafValue = of(rule.leafValue);
    this.reservedLo = of(rule.leafReservedLo);
    this.reservedHi = of(rule.leafReservedHi);
    this.badLo = of(rule.leafBadLo);
    this.badHi = of(rule.leafBadHi);
    this.andLo = of(rule.leafAndLo);
    this.andHi = of(rule.leafAndHi);
    this.orLo = of(rule.leafOrLo);
    this.orHi = of(rule.leafOrHi);
    this.needed = of(rule.leafNeeded);
    this.addressLo = of(rule.leafAddressLo);
    this.addressHi = of(rule.leafAddressHi);
    this.test = options.mmio ?? noEntry;
    this.level = level;
    this.scattered = scattered;
    this.pagesEach = 2 ** (shift - 12);
    this.levelBit = 1 << (level - 1);
    this.finder = new RunFinder(levelRule, rules, entryBytes, options);
  }

  /**
   * Runs `from` up to `to` of a table's page; what its first entry translates stands in the joiner.
   * Nothing is called for a run but the joiner: in a new process such calls are what takes longest.
   */
  tell(
    { words }: LeafRuns,
    from: number,
    to: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    const { joiner, pagesEach, levelBit, addressLo, addressHi } = this;
    const { given } = joiner;
    const { keyLo, keyHi } = this.finder;
    // The run before: one that is like it, holes between or not, has its rights.
    let likeLo = 0;
    let likeHi = 0;
    let rights = none;
    let leaves = 0;
    let low = 0;
    let high = 0;
    for (let at = from * runWords; at < to * runWords; at += runWords) {
      const ahead = words[at + run.index]! * pagesEach;
      const count = words[at + run.count]!;
      const lo = words[at + run.lo]!;
      const hi = words[at + run.hi]!;
      if (rights === none || (((lo ^ likeLo) & keyLo) | ((hi ^ likeHi) & keyHi)) !== 0) {
        rights = this.rightsOf(lo, hi, ahead, andLo, andHi, orLo, orHi);
        likeLo = lo;
        likeHi = hi;
      }
      if (rights === none) {
        // MMIO and malformed entries are told one by one.
        for (let more = 1; more < count; more++) {
          this.rightsOf(lo, hi, ahead + more * pagesEach, andLo, andHi, orLo, orHi);
        }
        continue;
      }
      leaves += count;
      if (this.scattered) this.addScattered(this.scattered(lo >>> 0, hi >>> 0, true) / 4096);
      else {
        low += words[at + run.low]!;
        high += words[at + run.high]!;
        given[mappedPage] = (hi & addressHi) * 0x10_0000 + ((lo & addressLo) >>> 12);
      }
      joiner.add(ahead, count * pagesEach, rights, levelBit);
    }
    const { sums } = this.totals;
    sums[0]! += leaves * pagesEach;
    sums[1]! += low;
    sums[2]! += high;
    this.totals.leaves[this.level]! += leaves;
  }

  /** One entry that is present and no table, or MMIO; what it translates stands in the joiner. */
  entry(lo: number, hi: number, andLo: number, andHi: number, orLo: number, orHi: number): void {
    const { words } = this.one;
    words[run.index] = 0;
    words[run.count] = 1;
    words[run.lo] = lo;
    words[run.hi] = hi;
    words[run.low] = (lo & this.addressLo) >>> 12;
    words[run.high] = hi & this.addressHi;
    this.tell(this.one, 0, 1, andLo, andHi, orLo, orHi);
  }

  /** A page whose number is in no two stretches of bits. */
  private addScattered(page: number): void {
    const { sums } = this.totals;
    this.joiner.given[mappedPage] = page;
    sums[1]! += page % 0x10_0000;
    sums[2]! += Math.floor(page / 0x10_0000);
  }

  /** The class of a leaf; `none`: the entry is MMIO or malformed, and done with. */
  private rightsOf(
    lo: number,
    hi: number,
    ahead: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): number {
    const { joiner } = this;
    if (passes(this.test, lo, hi)) {
      this.totals.mmio++;
      joiner.addKind('mmio', ahead, this.pagesEach, this.levelBit);
      return none;
    }
    if (
      ((lo & this.reservedLo) | (hi & this.reservedHi)) !== 0 ||
      isBadCombination(lo, this.badLo, this.badHi) ||
      (lo & this.leafMask) !== this.leafValue
    ) {
      this.refuse(ahead);
      return none;
    }
    return joiner.classes.numberOf(
      (lo & this.needed) === this.needed ? 'mapped' : 'access-flag',
      andLo & (lo | ~this.andLo),
      andHi & (hi | ~this.andHi),
      orLo | (lo & this.orLo),
      orHi | (hi & this.orHi),
    );
  }

  /** An entry the CPU refuses. */
  refuse(ahead: number): void {
    this.totals.reserved++;
    this.joiner.addKind('reserved', ahead, this.pagesEach, this.levelBit);
  }
}
