import type { FrameStore } from '../memory/frame-store';
import { halvesPerFrame } from '../memory/known-words';

/**
 * Pages of tables for a loop that reads each once, from the root down: held frames are viewed;
 * those a loader has to fetch go into one page a level, which the next table of that level reuses.
 */
export class TablePages {
  private readonly scratch: Uint32Array[] = [];
  /** Where the page asked for last stands. */
  buffer: Uint32Array = new Uint32Array(0);
  offset = 0;
  /** All its halves are known; else ask {@link knownEntries}. */
  whole = false;
  private slot = -1;
  private halves = 0;

  constructor(private readonly memory: FrameStore) {}

  /** Makes a frame the one asked for; false: the memory does not hold it. */
  open(frame: number, level: number): boolean {
    const { memory } = this;
    this.slot = memory.heldSlot(frame);
    if (this.slot >= 0) {
      this.buffer = memory.buffers[memory.slotBuffer[this.slot]!]!;
      this.offset = memory.slotOffset[this.slot]!;
      this.whole = memory.known.isWhole(this.slot);
      return true;
    }
    const { loader } = memory;
    if (loader === null || !(frame < loader.frames)) return false;
    this.buffer = this.scratch[level] ??= new Uint32Array(halvesPerFrame);
    this.offset = 0;
    this.whole = frame < loader.wholeFrames;
    if (!this.whole) this.halves = loader.halvesOf(frame);
    loader.load(frame, 1, this.buffer, 0);
    return true;
  }

  /**
   * How many entries from one on are known alike, of so many: known ones count up, unknown ones down.
   * @param stride halves of an entry
   */
  knownEntries(half: number, entries: number, stride: 1 | 2): number {
    if (this.whole) return entries;
    const known = this.isKnown(half, stride);
    let count = 1;
    while (count < entries && this.isKnown(half + count * stride, stride) === known) count++;
    return known ? count : -count;
  }

  private isKnown(half: number, halves: 1 | 2): boolean {
    const last = half + halves - 1;
    return this.slot >= 0 ? this.memory.isKnown(this.slot, half, halves) : last < this.halves;
  }
}
