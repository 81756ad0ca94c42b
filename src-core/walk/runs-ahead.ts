import type { FrameStore } from '../memory/frame-store';
import { LeafRuns } from './leaf-runs';
import { item, itemKind, itemNumbers, type MapItems } from './map-items';
import { PageStream } from './page-stream';
import type { RunFinder } from './run-finder';

/** Fewer tables than this are read one by one. */
const fewTables = 64;
/** So are tables that stand further apart than this on average, in pages. */
const farApart = 4;
/** Runs kept at most: tables after that are read one by one. */
const mostRuns = 1 << 20;

/**
 * The runs of many tables of the last level, which are read in the order they have in the image:
 * a long stretch of a file costs a third of its pages one by one.
 */
export class RunsAhead {
  readonly runs = new LeafRuns();
  /** First run of the page asked for last, and the first after it. */
  from = 0;
  to = 0;
  private lowest = 0;
  /** By page from the lowest on: 0 not read, n+1 read as page n. */
  private numbers = new Uint32Array(0);
  private starts = new Uint32Array(1);

  constructor(
    private readonly memory: FrameStore,
    private readonly finder: RunFinder,
    private readonly entriesPerPage: number,
    private readonly pagesPerTable: number,
  ) {}

  /** Reads the tables of these items, if that is worth while; forgets those before. */
  read(items: MapItems): void {
    this.runs.count = 0;
    this.numbers = this.numbers.subarray(0, 0);
    const { loader } = this.memory;
    if (loader === null) return;
    const frames = this.pagesOf(items, loader.frames);
    if (frames.length === 0) return;
    const stream = new PageStream(this.memory, frames);
    this.starts = new Uint32Array(frames.length + 1);
    for (let which = 0; which < frames.length && this.runs.count < mostRuns; which++) {
      if (stream.open(which) && stream.whole) {
        this.finder.find(stream.buffer, stream.offset, this.entriesPerPage, this.runs);
        this.numbers[frames[which]! - this.lowest] = which + 1;
      }
      this.starts[which + 1] = this.runs.count;
    }
  }

  /** Whether a page has been read: then its runs are `from` up to `to`. */
  has(frame: number): boolean {
    const number = this.numbers[frame - this.lowest];
    if (number === undefined || number === 0) return false;
    this.from = this.starts[number - 1]!;
    this.to = this.starts[number]!;
    return true;
  }

  /** Pages of the items' tables, ascending, each once; none where they are few or far apart. */
  private pagesOf({ numbers, count }: MapItems, held: number): Float64Array {
    const { pagesPerTable } = this;
    const isRead = (place: number): boolean =>
      numbers[place + item.kind] === itemKind.table &&
      numbers[place + item.frame]! + pagesPerTable <= held;
    let tables = 0;
    let lowest = Infinity;
    let highest = 0;
    for (let place = 0; place < count * itemNumbers; place += itemNumbers) {
      if (!isRead(place)) continue;
      const frame = numbers[place + item.frame]!;
      tables++;
      lowest = Math.min(lowest, frame);
      highest = Math.max(highest, frame + pagesPerTable - 1);
    }
    const span = highest - lowest + 1;
    if (tables < fewTables || span > tables * pagesPerTable * farApart) return new Float64Array(0);
    this.lowest = lowest;
    this.numbers = new Uint32Array(span);
    for (let place = 0; place < count * itemNumbers; place += itemNumbers) {
      if (!isRead(place)) continue;
      const first = numbers[place + item.frame]! - lowest;
      for (let page = 0; page < pagesPerTable; page++) this.numbers[first + page] = 1;
    }
    const frames = new Float64Array(span);
    let pages = 0;
    for (let page = 0; page < span; page++)
      if (this.numbers[page] === 1) frames[pages++] = lowest + page;
    this.numbers.fill(0);
    return frames.subarray(0, pages);
  }
}
