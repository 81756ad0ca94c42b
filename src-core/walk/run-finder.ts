import type { LevelRule } from '../paging/format';
import { noEntry } from './entry-test';
import type { EnumerateOptions } from './enumerate';
import { rule, ruleStride } from './flat-rules';
import { run, type LeafRuns, runWords } from './leaf-runs';

/**
 * Finds the runs of leaves in a page of a level's entries: what the bits alone say, before anybody
 * asks what they grant. The time of a large map goes here, so the rule's numbers are fields.
 */
export class RunFinder {
  /** Bits that decide what a leaf is and what it grants. */
  readonly keyLo: number;
  readonly keyHi: number;
  private readonly presentLo: number;
  private readonly presentHi: number;
  private readonly addressLo: number;
  private readonly addressHi: number;
  private readonly mmioLo: number;
  private readonly mmioHi: number;
  private readonly mmioValueLo: number;
  private readonly mmioValueHi: number;
  private readonly stride: 1 | 2;
  /** What the frame's low half grows by from leaf to leaf; 0 where every leaf is a run. */
  private readonly step: number;
  /** The pages of a run are neighbours. */
  private readonly neighbours: boolean;

  /** @param rules of all levels, as `flatRules` makes them */
  constructor(level: LevelRule, rules: Int32Array, entryBytes: number, options: EnumerateOptions) {
    const of = (name: number): number => rules[level.level * ruleStride + name]!;
    const test = options.mmio ?? noEntry;
    const merge = options.merge ?? 'contiguous';
    const combination = (of(rule.leafBadLo) | of(rule.leafBadHi)) === 0 ? 0 : 0x3f;
    this.presentLo = of(rule.presentLo);
    this.presentHi = of(rule.presentHi);
    this.addressLo = of(rule.leafAddressLo);
    this.addressHi = of(rule.leafAddressHi);
    this.mmioLo = test.maskLo | 0;
    this.mmioHi = test.maskHi | 0;
    this.mmioValueLo = test.valueLo | 0;
    this.mmioValueHi = test.valueHi | 0;
    this.keyLo =
      combination |
      this.mmioLo |
      this.presentLo |
      of(rule.leafMask) |
      of(rule.leafReservedLo) |
      of(rule.leafAndLo) |
      of(rule.leafOrLo) |
      of(rule.leafNeeded);
    this.keyHi =
      this.mmioHi |
      this.presentHi |
      of(rule.leafReservedHi) |
      of(rule.leafAndHi) |
      of(rule.leafOrHi);
    this.stride = entryBytes === 8 ? 2 : 1;
    const oneByOne = this.stride === 1 || merge === 'none' || level.scattered !== undefined;
    this.step = oneByOne || level.shift > 31 ? 0 : (1 << level.shift) | 0;
    this.neighbours = merge === 'contiguous';
  }

  /**
   * Adds the runs of present and of MMIO entries that stand from `first` on: at most a page of them,
   * so that sums of frame numbers' halves fit 32 bits. A run of neighbours ends at 4 GiB.
   */
  find(buffer: Uint32Array, first: number, entries: number, runs: LeafRuns): void {
    runs.reserve(entries);
    if (this.step === 0) this.findSingles(buffer, first, entries, runs);
    else this.findRuns(buffer, first, first + entries * 2, runs);
  }

  private findRuns(buffer: Uint32Array, first: number, end: number, runs: LeafRuns): void {
    const { presentLo, presentHi, mmioLo, mmioHi, mmioValueLo, mmioValueHi } = this;
    const { words } = runs;
    let at = runs.count * runWords;
    for (let place = first; place < end;) {
      const lo = buffer[place]! | 0;
      const hi = buffer[place + 1]! | 0;
      if (
        ((lo & presentLo) | (hi & presentHi)) === 0 &&
        ((lo & mmioLo) !== mmioValueLo || (hi & mmioHi) !== mmioValueHi)
      ) {
        place += 2;
        continue;
      }
      words[at + run.index] = (place - first) >>> 1;
      words[at + run.lo] = lo;
      words[at + run.hi] = hi;
      place = this.neighbours
        ? this.neighboursFrom(buffer, place, end, words, at)
        : this.alikeFrom(buffer, place, end, words, at);
      at += runWords;
    }
    runs.count = at / runWords;
  }

  /** Ends a run at the first entry that differs in what it is or grants; returns its place. */
  private alikeFrom(
    buffer: Uint32Array,
    first: number,
    end: number,
    words: Int32Array,
    at: number,
  ): number {
    const { keyLo, keyHi, addressLo, addressHi } = this;
    const likeLo = buffer[first]! | 0;
    const likeHi = buffer[first + 1]! | 0;
    let low = (likeLo & addressLo) >>> 12;
    let high = likeHi & addressHi;
    let place = first + 2;
    for (; place < end; place += 2) {
      const lo = buffer[place]! | 0;
      const hi = buffer[place + 1]! | 0;
      if ((((lo ^ likeLo) & keyLo) | ((hi ^ likeHi) & keyHi)) !== 0) break;
      low = (low + ((lo & addressLo) >>> 12)) | 0;
      high = (high + (hi & addressHi)) | 0;
    }
    words[at + run.count] = (place - first) >>> 1;
    words[at + run.low] = low;
    words[at + run.high] = high;
    return place;
  }

  /** The same, as far as the pages are neighbours too; a run ends at 4 GiB and is joined later. */
  private neighboursFrom(
    buffer: Uint32Array,
    first: number,
    end: number,
    words: Int32Array,
    at: number,
  ): number {
    const { keyLo, addressLo, addressHi, step } = this;
    const keyHi = this.keyHi | addressHi;
    const keyAndAddress = keyLo | addressLo;
    const likeHi = buffer[first + 1]! | 0;
    // What the next entry's low half is, but for bits that do not matter.
    let wanted = buffer[first]! | 0;
    let low = (wanted & addressLo) >>> 12;
    let place = first + 2;
    for (; place < end; place += 2) {
      const lo = buffer[place]! | 0;
      const hi = buffer[place + 1]! | 0;
      wanted = (wanted + step) | 0;
      if (
        (((lo ^ wanted) & keyAndAddress) | ((hi ^ likeHi) & keyHi)) !== 0 ||
        (wanted & addressLo) === 0
      ) {
        break;
      }
      low = (low + ((lo & addressLo) >>> 12)) | 0;
    }
    const count = (place - first) >>> 1;
    words[at + run.count] = count;
    words[at + run.low] = low;
    words[at + run.high] = Math.imul(likeHi & addressHi, count);
    return place;
  }

  /** Each leaf by itself. */
  private findSingles(buffer: Uint32Array, first: number, entries: number, runs: LeafRuns): void {
    const { stride, presentLo, presentHi, addressLo, addressHi } = this;
    const { words } = runs;
    let at = runs.count * runWords;
    for (let index = 0; index < entries; index++) {
      const lo = buffer[first + index * stride]! | 0;
      const hi = stride === 2 ? buffer[first + index * 2 + 1]! | 0 : 0;
      if (((lo & presentLo) | (hi & presentHi)) === 0 && !this.isMmio(lo, hi)) continue;
      words[at + run.index] = index;
      words[at + run.count] = 1;
      words[at + run.lo] = lo;
      words[at + run.hi] = hi;
      words[at + run.low] = (lo & addressLo) >>> 12;
      words[at + run.high] = hi & addressHi;
      at += runWords;
    }
    runs.count = at / runWords;
  }

  private isMmio(lo: number, hi: number): boolean {
    return (lo & this.mmioLo) === this.mmioValueLo && (hi & this.mmioHi) === this.mmioValueHi;
  }
}
