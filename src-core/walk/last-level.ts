import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat } from '../paging/format';
import { noEntry } from './entry-test';
import { flatRules, isBadCombination, rule, ruleStride } from './flat-rules';
import { PageStream } from './page-stream';
import type { TranslateOptions } from './translate';
import { statusNumbers, type Translations } from './translations';

/** Frame numbers that one array can have a place for each: an image of 16 GiB. */
const closeTogether = 1 << 22;

const mapped = statusNumbers.mapped;
const notPresent = statusNumbers['not-present'];
const reserved = statusNumbers.reserved;
const missing = statusNumbers.missing;
const mmioEntry = statusNumbers.mmio;

/** The last level of a batch of walks: page of tables by page, each opened once, in ascending order. */
export class LastLevel {
  private readonly entries: number;
  /** Pages that one table takes. */
  private readonly pagesEach: number;
  private readonly rules: Int32Array;

  constructor(
    private readonly memory: FrameStore,
    private readonly compiled: CompiledFormat,
    private readonly options: TranslateOptions,
    private readonly tables: readonly number[],
  ) {
    this.entries = 2 ** compiled.rules[0]!.indexBits;
    this.pagesEach = Math.max(1, (this.entries * compiled.entryBytes) / 4096);
    this.rules = flatRules(compiled, options.ignoreReserved === true).subarray(ruleStride);
  }

  /**
   * @param addresses low and high half of each in turn; the last level's index is in the low one
   * @param table number of each walk's table; `ended`: the walk has ended above
   * @param answers of status `mapped` and level 1 wherever a walk has not ended above
   */
  run(addresses: Uint32Array, table: Uint32Array, ended: number, answers: Translations): void {
    const places = this.places(addresses, table, ended);
    const { frames, rank } = this.pagesInOrder();
    const { order, starts } = sortByRank(places, rank, frames.length, ended, addresses);
    const stream = new PageStream(this.memory, frames);
    for (let which = 0; which < frames.length; which++) {
      const from = starts[which]!;
      const to = starts[which + 1]!;
      if (from === to) continue;
      if (stream.open(which)) this.page(stream, order, from, to, answers);
      else for (let at = from; at < to; at++) endMissing(answers, order[at * 2]!);
    }
  }

  /** Number of the page that each walk's entry stands in: tables of several pages count each. */
  private places(addresses: Uint32Array, table: Uint32Array, ended: number): Uint32Array {
    if (this.pagesEach === 1) return table;
    const { shift } = this.compiled.rules[0]!;
    const perPage = 4096 / this.compiled.entryBytes;
    return table.map((number, index) => {
      if (number === ended) return ended;
      const entry = (addresses[index * 2]! >>> shift) & (this.entries - 1);
      return number * this.pagesEach + Math.floor(entry / perPage);
    });
  }

  /** Frames of all pages, ascending, and the rank of each page by number. */
  private pagesInOrder(): { frames: Float64Array; rank: Uint32Array } {
    const { tables, pagesEach } = this;
    const count = tables.length * pagesEach;
    const byPage = new Float64Array(count);
    for (let page = 0; page < count; page++) {
      const table = Math.floor(tables[Math.floor(page / pagesEach)]! / 4096);
      byPage[page] = table + (page % pagesEach);
    }
    return rankFrames(byPage);
  }

  /** All walks that end in one page. */
  private page(
    stream: PageStream,
    order: Uint32Array,
    from: number,
    to: number,
    answers: Translations,
  ): void {
    const { rules, compiled } = this;
    const mmio = this.options.mmio ?? noEntry;
    const { buffer, offset, whole } = stream;
    const { shift, scattered } = compiled.rules[0]!;
    const stride = compiled.entryBytes >>> 2;
    const perPage = 1024 / stride - 1;
    const pageMask = (1 << shift) - 1;
    const presentLo = rules[rule.presentLo]!;
    const presentHi = rules[rule.presentHi]!;
    const reservedLo = rules[rule.leafReservedLo]!;
    const reservedHi = rules[rule.leafReservedHi]!;
    const badLo = rules[rule.leafBadLo]!;
    const badHi = rules[rule.leafBadHi]!;
    const needed = rules[rule.leafNeeded]!;
    const addressLo = rules[rule.leafAddressLo]!;
    const addressHi = rules[rule.leafAddressHi]!;
    const mmioLo = mmio.maskLo | 0;
    const mmioHi = mmio.maskHi | 0;
    const mmioValueLo = mmio.valueLo | 0;
    const mmioValueHi = mmio.valueHi | 0;
    const { status, physical } = answers;
    for (let at = from; at < to; at++) {
      const which = order[at * 2]!;
      const input = order[at * 2 + 1]!;
      const half = ((input >>> shift) & perPage) * stride;
      const lo = buffer[offset + half]! | 0;
      const hi = stride === 2 ? buffer[offset + half + 1]! | 0 : 0;
      let answer = mapped;
      if (!whole && (!stream.isKnown(half) || !stream.isKnown(half + stride - 1))) answer = missing;
      else if ((lo & mmioLo) === mmioValueLo && (hi & mmioHi) === mmioValueHi) answer = mmioEntry;
      else if (((lo & presentLo) | (hi & presentHi)) === 0) answer = notPresent;
      else if (((lo & reservedLo) | (hi & reservedHi)) !== 0) answer = reserved;
      else if (isBadCombination(lo, badLo, badHi)) answer = reserved;
      else if ((lo & needed) !== needed) answer = notPresent;
      if (answer !== mapped) {
        status[which] = answer;
        physical[which] = NaN;
      } else if (scattered) {
        physical[which] = scattered(lo >>> 0, hi >>> 0, true) + (input & pageMask);
      } else {
        const low = (lo & addressLo) | (input & pageMask);
        physical[which] = (hi & addressHi) * 0x1_0000_0000 + (low >>> 0);
      }
    }
  }
}

function endMissing({ status, physical }: Translations, which: number): void {
  status[which] = missing;
  physical[which] = NaN;
}

/** Frames ascending, each once, and the place of each page's frame among them. */
function rankFrames(byPage: Float64Array): { frames: Float64Array; rank: Uint32Array } {
  const lowest = byPage.reduce((low, frame) => Math.min(low, frame), Infinity);
  const highest = byPage.reduce((high, frame) => Math.max(high, frame), 0);
  const rank = new Uint32Array(byPage.length);
  if (byPage.length === 0) return { frames: byPage, rank };
  if (!(highest - lowest < closeTogether)) {
    const frames = byPage.slice().sort();
    for (let page = 0; page < rank.length; page++) rank[page] = placeOf(frames, byPage[page]!);
    return { frames, rank };
  }
  // Frames close together: a place for each number in between beats sorting.
  const places = new Uint32Array(highest - lowest + 1);
  for (const frame of byPage) places[frame - lowest] = 1;
  const frames = new Float64Array(byPage.length);
  let count = 0;
  for (let number = 0; number < places.length; number++) {
    if (places[number] === 0) continue;
    places[number] = count;
    frames[count++] = lowest + number;
  }
  for (let page = 0; page < rank.length; page++) rank[page] = places[byPage[page]! - lowest]!;
  return { frames: frames.subarray(0, count), rank };
}

/** Place of the first frame of that number in a sorted list that holds it. */
function placeOf(frames: Float64Array, frame: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (frames[middle]! < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Walks in the order of their pages' ranks, two numbers each: which walk, and the low half of its
 * address (what the last level needs of it, so that nobody jumps about for it). Walks of rank `r`
 * stand from `starts[r]` on.
 */
function sortByRank(
  places: Uint32Array,
  rank: Uint32Array,
  ranks: number,
  ended: number,
  addresses: Uint32Array,
): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(ranks + 1);
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!;
    if (place !== ended) starts[rank[place]!]!++;
  }
  let sum = 0;
  for (let which = 0; which <= ranks; which++) {
    sum += starts[which]!;
    starts[which] = sum;
  }
  const order = new Uint32Array(sum * 2);
  for (let index = places.length - 1; index >= 0; index--) {
    const place = places[index]!;
    if (place === ended) continue;
    const at = --starts[rank[place]!]! * 2;
    order[at] = index;
    order[at + 1] = addresses[index * 2]!;
  }
  return { order, starts };
}
