import type { FrameStore } from '../memory/frame-store';
import { halvesPerFrame } from '../memory/known-words';

/** An address has 64 bits: what would lie above the last frame is not memory. */
const framesInAll = 2 ** 52;

/** A frame that a text gives more than once, at least in part. */
export interface TextOverlap {
  /** The chunk, and its line, that first gave a word again. */
  chunk: object | null;
  line: number;
  /** 32-bit halves given again, and how many of them changed. */
  halves: number;
  differing: number;
}

/** Writes what lines say into a memory; the later line wins and the overlap is noted. */
export class FrameWriter {
  /** Frames that may be written; `null`: all. Others are read over. */
  only: ReadonlySet<number> | null = null;
  /** The chunk whose lines are being read: lines are counted from its start. */
  chunk: object | null = null;
  /** By frame number. */
  readonly overlaps = new Map<number, TextOverlap>();
  private readonly discarded = new Uint32Array(halvesPerFrame);

  constructor(readonly memory: FrameStore) {}

  /** Whether words of this frame are kept. */
  keeps(frame: number): boolean {
    return this.only === null || this.only.has(frame);
  }

  /**
   * Writes `count` halves from a 4-byte boundary on; they may go over frame borders.
   * @param line the line that says so, for overlaps
   */
  write(frame: number, offset: number, halves: Uint32Array, count: number, line: number): void {
    let number = frame;
    let half = offset >>> 2;
    for (let done = 0; done < count && number < framesInAll; number++, half = 0) {
      const part = Math.min(count - done, halvesPerFrame - half);
      if (this.keeps(number)) this.writePart(number, half, halves, done, part, line);
      done += part;
    }
  }

  private writePart(
    frame: number,
    half: number,
    halves: Uint32Array,
    from: number,
    count: number,
    line: number,
  ): void {
    const { memory } = this;
    const slot = memory.ensure(frame);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const base = memory.slotOffset[slot]! + half;
    if (memory.known.touches(slot, half, half + count)) {
      const overlap = this.overlapOf(frame, line);
      for (let index = 0; index < count; index++) {
        if (!memory.known.isKnown(slot, half + index)) continue;
        overlap.halves++;
        if (buffer[base + index] !== halves[from + index]) overlap.differing++;
      }
    }
    for (let index = 0; index < count; index++) buffer[base + index] = halves[from + index]!;
    memory.known.mark(slot, half, half + count);
  }

  private overlapOf(frame: number, line: number): TextOverlap {
    let overlap = this.overlaps.get(frame);
    if (!overlap) {
      overlap = { chunk: this.chunk, line, halves: 0, differing: 0 };
      this.overlaps.set(frame, overlap);
    }
    return overlap;
  }

  /**
   * Where halves from `half` to the end of a frame may be written without asking (nothing is known
   * there yet, or the frame is not kept); the slot is then to be marked by {@link closeStretch}.
   * @returns the slot; -1: not kept, write into {@link bufferOf}`(-1)`; -2: ask for every word
   */
  openStretch(frame: number, half: number): number {
    if (!this.keeps(frame)) return -1;
    const slot = this.memory.ensure(frame);
    return this.memory.known.touches(slot, half, halvesPerFrame) ? -2 : slot;
  }

  bufferOf(slot: number): Uint32Array {
    return slot < 0 ? this.discarded : this.memory.buffers[this.memory.slotBuffer[slot]!]!;
  }

  offsetOf(slot: number): number {
    return slot < 0 ? 0 : this.memory.slotOffset[slot]!;
  }

  /** Halves `from` up to `to` were written; a frame that got nothing is not held. */
  closeStretch(slot: number, from: number, to: number): void {
    if (slot < 0) return;
    this.memory.known.mark(slot, from, to);
    if (this.memory.known.isEmpty(slot)) this.memory.remove(this.memory.slotFrame[slot]!);
  }
}
