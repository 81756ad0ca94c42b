import type { LevelRule } from '../paging/format';
import { type EntryTest, noEntry, passes } from './entry-test';
import type { EnumerateOptions } from './enumerate';
import { isBadCombination, rule, ruleStride } from './flat-rules';
import { mappedPage, type RangeJoiner } from './range-joiner';

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
 * Entries of one level and the ranges their leaves make. The numbers of the level's rule are fields,
 * since the time of a large map goes where they are read.
 */
export class LevelScan {
  private readonly presentLo: number;
  private readonly presentHi: number;
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
  /** Bits that decide what a leaf is and what it grants. */
  private readonly keyLo: number;
  private readonly keyHi: number;
  private readonly test: EntryTest;
  private readonly stride: 1 | 2;
  private readonly pagesEach: number;
  /** What the frame's low half grows by from leaf to leaf; 0 where runs are not looked for. */
  private readonly step: number;
  private readonly contiguous: boolean;
  private readonly levelBit: number;

  /** @param rules of all levels, as `flatRules` makes them */
  constructor(
    private readonly level: LevelRule,
    rules: Int32Array,
    entryBytes: number,
    options: EnumerateOptions,
    private readonly joiner: RangeJoiner,
    private readonly totals: MapTotals,
  ) {
    const of = (name: number): number => rules[level.level * ruleStride + name]!;
    this.presentLo = of(rule.presentLo);
    this.presentHi = of(rule.presentHi);
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
    const combination = (this.badLo | this.badHi) === 0 ? 0 : 0x3f;
    this.keyLo =
      combination |
      this.test.maskLo |
      this.presentLo |
      this.leafMask |
      this.reservedLo |
      this.andLo |
      this.orLo |
      this.needed;
    this.keyHi = this.test.maskHi | this.presentHi | this.reservedHi | this.andHi | this.orHi;
    this.stride = entryBytes === 8 ? 2 : 1;
    this.pagesEach = 2 ** (level.shift - 12);
    const merge = options.merge ?? 'contiguous';
    const oneByOne = this.stride === 1 || merge === 'none' || level.scattered !== undefined;
    this.step = oneByOne || level.shift > 31 ? 0 : (1 << level.shift) | 0;
    this.contiguous = merge === 'contiguous';
    this.levelBit = 1 << (level.level - 1);
  }

  /**
   * A table of the last level, whose entries point at no table.
   * @param first place of the first entry in `buffer`; what it translates stands in the joiner
   */
  scan(
    buffer: Uint32Array,
    first: number,
    entries: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    const { presentLo, presentHi, keyLo, keyHi, stride, test } = this;
    const mmioLo = test.maskLo | 0;
    const mmioHi = test.maskHi | 0;
    const mmioValueLo = test.valueLo | 0;
    const mmioValueHi = test.valueHi | 0;
    const end = first + entries * stride;
    // The leaf before: one that is like it, holes between or not, has its rights.
    let likeLo = 0;
    let likeHi = 0;
    let rights = none;
    for (let place = first; place < end;) {
      const lo = buffer[place]! | 0;
      const hi = stride === 2 ? buffer[place + 1]! | 0 : 0;
      if (
        ((lo & presentLo) | (hi & presentHi)) === 0 &&
        ((lo & mmioLo) !== mmioValueLo || (hi & mmioHi) !== mmioValueHi)
      ) {
        place += stride;
        continue;
      }
      const ahead = ((place - first) >>> (stride - 1)) * this.pagesEach;
      if (rights === none || (((lo ^ likeLo) & keyLo) | ((hi ^ likeHi) & keyHi)) !== 0) {
        rights = this.rightsOf(lo, hi, ahead, andLo, andHi, orLo, orHi);
        likeLo = lo;
        likeHi = hi;
      }
      place += rights === none ? stride : this.leaves(buffer, place, end, ahead, rights) * stride;
    }
  }

  /** One entry that is present and no table, or MMIO; `ahead`: pages from the table's first. */
  entry(
    buffer: Uint32Array,
    place: number,
    ahead: number,
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
  ): void {
    const { stride } = this;
    const lo = buffer[place]! | 0;
    const hi = stride === 2 ? buffer[place + 1]! | 0 : 0;
    const rights = this.rightsOf(lo, hi, ahead, andLo, andHi, orLo, orHi);
    if (rights !== none) this.leaves(buffer, place, place + stride, ahead, rights);
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

  /** A leaf, and those after it that go on with it; returns how many. */
  private leaves(
    buffer: Uint32Array,
    place: number,
    end: number,
    ahead: number,
    rights: number,
  ): number {
    const { joiner, totals, pagesEach } = this;
    const lo = buffer[place]! | 0;
    const hi = this.stride === 2 ? buffer[place + 1]! | 0 : 0;
    joiner.given[mappedPage] = this.level.scattered
      ? this.level.scattered(lo >>> 0, hi >>> 0, true) / 4096
      : (hi & this.addressHi) * 0x10_0000 + ((lo & this.addressLo) >>> 12);
    const run =
      this.step === 0
        ? this.single()
        : this.contiguous
          ? this.contiguousRun(buffer, place, end)
          : this.likeRun(buffer, place, end);
    totals.leaves[this.level.level]! += run;
    totals.sums[0]! += run * pagesEach;
    joiner.add(ahead, run * pagesEach, rights, this.levelBit);
    return run;
  }

  /** An entry the CPU refuses. */
  refuse(ahead: number): void {
    this.totals.reserved++;
    this.joiner.addKind('reserved', ahead, this.pagesEach, this.levelBit);
  }

  private single(): number {
    const { sums } = this.totals;
    const physical = this.joiner.given[mappedPage]!;
    sums[1]! += physical % 0x10_0000;
    sums[2]! += Math.floor(physical / 0x10_0000);
    return 1;
  }

  /** Leaves that differ in nothing that changes what they are or grant. */
  private likeRun(buffer: Uint32Array, first: number, end: number): number {
    const { addressLo, addressHi, keyLo, keyHi } = this;
    const lo = buffer[first]! | 0;
    const hi = buffer[first + 1]! | 0;
    // At most 8192 entries: 33 bits.
    let low = (lo & addressLo) >>> 12;
    let high = hi & addressHi;
    let place = first + 2;
    for (; place < end; place += 2) {
      const nextLo = buffer[place]! | 0;
      const nextHi = buffer[place + 1]! | 0;
      if ((((nextLo ^ lo) & keyLo) | ((nextHi ^ hi) & keyHi)) !== 0) break;
      low += (nextLo & addressLo) >>> 12;
      high += nextHi & addressHi;
    }
    const { sums } = this.totals;
    sums[1]! += low;
    sums[2]! += high;
    return (place - first) >>> 1;
  }

  /** The same, as far as the pages are neighbours too; a run ends at 4 GiB and is joined later. */
  private contiguousRun(buffer: Uint32Array, first: number, end: number): number {
    const { addressLo, addressHi, keyLo, keyHi, step } = this;
    const lo = buffer[first]! | 0;
    const hi = buffer[first + 1]! | 0;
    const wantedHi = hi & addressHi;
    let wantedLo = lo & addressLo;
    let low = wantedLo >>> 12;
    let place = first + 2;
    for (; place < end; place += 2) {
      const nextLo = buffer[place]! | 0;
      const nextHi = buffer[place + 1]! | 0;
      wantedLo = (wantedLo + step) | 0;
      if (
        wantedLo === 0 ||
        (((nextLo ^ lo) & keyLo) | ((nextHi ^ hi) & keyHi)) !== 0 ||
        (nextLo & addressLo) !== wantedLo ||
        (nextHi & addressHi) !== wantedHi
      ) {
        break;
      }
      low += wantedLo >>> 12;
    }
    const run = (place - first) >>> 1;
    const { sums } = this.totals;
    sums[1]! += low;
    sums[2]! += wantedHi * run;
    return run;
  }
}
