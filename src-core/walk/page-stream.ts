import type { FrameLoader, FrameStore } from '../memory/frame-store';
import { halvesPerFrame } from '../memory/known-words';

/** Pages fetched at once where they stand close together. */
const stretchPages = 64;
/** Pages read in passing that nobody asked for: so many cost less than another call. */
const passedBy = 2;

/**
 * Pages of a memory in ascending order, each looked at once: held frames are viewed; those that a
 * loader has to fetch are read in long stretches where they stand close together.
 */
export class PageStream {
  buffer: Uint32Array = new Uint32Array(0);
  /** First half of the page in `buffer`. */
  offset = 0;
  /** All its halves are known; else ask {@link isKnown}. */
  whole = false;
  private slot = -1;
  private halves = 0;
  private readonly room = new Uint32Array(stretchPages * halvesPerFrame);
  private fetchedFrom = 0;
  private fetchedTo = 0;

  /** @param frames every page that will be opened, ascending */
  constructor(
    private readonly memory: FrameStore,
    private readonly frames: Float64Array,
  ) {}

  /** Makes page `which` of the list the one looked at; false: the memory does not hold it. */
  open(which: number): boolean {
    const { memory } = this;
    const frame = this.frames[which]!;
    this.slot = memory.heldSlot(frame);
    if (this.slot >= 0) {
      this.buffer = memory.buffers[memory.slotBuffer[this.slot]!]!;
      this.offset = memory.slotOffset[this.slot]!;
      this.whole = memory.known.isWhole(this.slot);
      return true;
    }
    const { loader } = memory;
    if (loader === null || !(frame < loader.frames)) return false;
    if (frame < this.fetchedFrom || frame >= this.fetchedTo) this.fetch(which, frame, loader);
    this.buffer = this.room;
    this.offset = (frame - this.fetchedFrom) * halvesPerFrame;
    this.whole = frame < loader.wholeFrames;
    if (!this.whole) this.halves = loader.halvesOf(frame);
    return true;
  }

  /** Reads on from a page as far as the next one asked for is near. */
  private fetch(which: number, frame: number, loader: FrameLoader): void {
    const limit = Math.min(loader.frames, frame + stretchPages);
    let to = frame + 1;
    for (let next = which + 1; next < this.frames.length; next++) {
      const candidate = this.frames[next]!;
      if (candidate >= limit || candidate - to > passedBy) break;
      to = candidate + 1;
    }
    loader.load(frame, to - frame, this.room, 0);
    this.fetchedFrom = frame;
    this.fetchedTo = to;
  }

  isKnown(half: number): boolean {
    return this.slot >= 0 ? this.memory.known.isKnown(this.slot, half) : half < this.halves;
  }
}
