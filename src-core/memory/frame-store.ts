import { joinHalves } from '../word';
import { FrameTable } from './frame-table';
import { halvesPerFrame, KnownWords } from './known-words';
import type { MemorySource, Origin } from './origin';

/**
 * Frames that are fetched when something asks for them: an image too large to be held, of which a
 * walk needs a few pages.
 */
export interface FrameLoader {
  /** Frames 0 … frames-1 can be asked for. */
  readonly frames: number;
  /** Frames below this number are held to their end. */
  readonly wholeFrames: number;
  /** Halves a frame holds: fewer than 1024 where the image ends within it. */
  halvesOf(frame: number): number;
  /** Fills `into` from `offset` on with the halves of `count` frames from `frame` on; the rest stays. */
  load(frame: number, count: number, into: Uint32Array, offset: number): void;
}

const smallestSlab = 8;
const largestSlab = 256;

/**
 * Physical memory as far as it is known: sparse 4 KiB frames by frame number, each a stretch of a
 * typed array (a slab of our own, or a view of an image), read as little-endian 32-bit halves. A
 * half that no source gave is unknown, not zero.
 *
 * Hot loops take the arrays themselves: `slot = slotOf(frame)`, then half `i` of the frame is
 * `buffers[slotBuffer[slot]][slotOffset[slot] + i]`, to be trusted where `known` says so. The
 * arrays are replaced when the store grows: a loop may keep them only while nothing is added.
 */
export class FrameStore {
  readonly buffers: Uint32Array[] = [];
  slotBuffer = new Uint32Array(64);
  /** Index of the frame's first half in its buffer. */
  slotOffset = new Uint32Array(64);
  /** Frame number of each slot; -1: the slot is free. */
  slotFrame = new Float64Array(64);
  readonly known = new KnownWords();
  private readonly table = new FrameTable(this.slotFrame);
  private slots = 0;
  private readonly free: number[] = [];
  private slabLeft = 0;
  private slabOffset = 0;
  private slabFrames = smallestSlab;
  private slabBuffer = 0;
  /** Frames 0 … lineCount-1 stand in the slots of the same number (a raw image). */
  private lineCount = 0;
  readonly sources: MemorySource[] = [];
  /** Where frames come from that no slot holds yet. */
  loader: FrameLoader | null = null;

  /** Slots in use or freed; every slot number is below. */
  get slotCount(): number {
    return this.slots;
  }

  get frameCount(): number {
    return this.lineCount + this.table.size;
  }

  /** The slot of a frame, or -1: the memory holds nothing of it. A loader fetches it first. */
  slotOf(frame: number): number {
    const slot = this.heldSlot(frame);
    return slot >= 0 || this.loader === null ? slot : this.fetch(frame, this.loader);
  }

  /** The slot of a frame that is held already, or -1. */
  heldSlot(frame: number): number {
    if (this.table.size !== 0) {
      const slot = this.table.find(frame);
      if (slot >= 0) return slot;
    }
    return frame < this.lineCount ? frame : -1;
  }

  private fetch(frame: number, loader: FrameLoader): number {
    if (!(frame < loader.frames)) return -1;
    const slot = this.addSlot(frame);
    loader.load(frame, 1, this.buffers[this.slotBuffer[slot]!]!, this.slotOffset[slot]!);
    this.known.mark(slot, 0, loader.halvesOf(frame));
    return slot;
  }

  /** Whether both halves of a 64-bit word, or the one of a 32-bit word, are known. */
  isKnown(slot: number, half: number, halves: number): boolean {
    return this.known.isKnown(slot, half) && (halves === 1 || this.known.isKnown(slot, half + 1));
  }

  /** Half `index` of a slot. */
  half(slot: number, index: number): number {
    return this.buffers[this.slotBuffer[slot]!]![this.slotOffset[slot]! + index]!;
  }

  /**
   * The word at a byte address; `undefined`: not held, or not wholly.
   * @param bytes size of the word; the address is a multiple of it, or of 4
   */
  readWord(address: bigint, bytes: 4 | 8 = 8): bigint | undefined {
    const frame = Number(address >> 12n);
    const half = Number(address & 0xfffn) >>> 2;
    const slot = this.slotOf(frame);
    if (slot < 0 || !this.known.isKnown(slot, half)) return undefined;
    const lo = this.half(slot, half);
    if (bytes === 4) return BigInt(lo);
    if (half + 1 < halvesPerFrame) {
      return this.known.isKnown(slot, half + 1)
        ? joinHalves(lo, this.half(slot, half + 1))
        : undefined;
    }
    const hi = this.readWord(address + 4n, 4);
    return hi === undefined ? undefined : joinHalves(lo, Number(hi));
  }

  /** Frame numbers held, ascending; what a loader could still fetch is not among them. */
  frames(): Float64Array {
    const held = new Float64Array(this.slots);
    let count = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      const frame = this.slotFrame[slot]!;
      if (frame >= 0 && this.heldSlot(frame) === slot) held[count++] = frame;
    }
    return held.subarray(0, count).sort();
  }

  /** Number of 64-bit words known. */
  wordCount(): number {
    let halves = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      const frame = this.slotFrame[slot]!;
      if (frame >= 0 && this.heldSlot(frame) === slot) halves += this.known.count(slot);
    }
    return Math.floor(halves / 2);
  }

  /** Where the word at a byte address was read from; the last source that gave it. */
  originOf(address: bigint): Origin | undefined {
    const frame = Number(address >> 12n);
    const offset = Number(address & 0xfffn);
    for (let index = this.sources.length - 1; index >= 0; index--) {
      const origin = this.sources[index]!.originOf(frame, offset);
      if (origin) return origin;
    }
    return undefined;
  }

  /** The slot of a frame, made if need be: its halves are zero and unknown. */
  ensure(frame: number): number {
    const held = this.heldSlot(frame);
    return held >= 0 ? held : this.addSlot(frame);
  }

  private addSlot(frame: number): number {
    const again = this.free.pop();
    if (again !== undefined) {
      this.slotFrame[again] = frame;
      this.table.add(again);
      return again;
    }
    if (this.slabLeft === 0) {
      this.buffers.push(new Uint32Array(this.slabFrames * halvesPerFrame));
      this.slabBuffer = this.buffers.length - 1;
      this.slabLeft = this.slabFrames;
      this.slabOffset = 0;
      this.slabFrames = Math.min(largestSlab, this.slabFrames * 2);
    }
    const slot = this.addView(frame, this.slabBuffer, this.slabOffset);
    this.slabLeft--;
    this.slabOffset += halvesPerFrame;
    return slot;
  }

  private addView(frame: number, buffer: number, offset: number): number {
    const slot = this.slots++;
    this.reserve(this.slots);
    this.slotBuffer[slot] = buffer;
    this.slotOffset[slot] = offset;
    this.slotFrame[slot] = frame;
    this.table.add(slot);
    return slot;
  }

  /**
   * Places a frame on a stretch of one of the store's buffers, in place of what was there.
   * @returns its slot; its halves are unknown until marked
   */
  replaceView(frame: number, buffer: number, offset: number): number {
    const slot = this.heldSlot(frame);
    if (slot < 0) return this.addView(frame, buffer, offset);
    this.slotBuffer[slot] = buffer;
    this.slotOffset[slot] = offset;
    this.known.clear(slot);
    return slot;
  }

  /** Enters frames 0 … count-1 as consecutive, wholly known stretches of a buffer; the store must be empty. */
  addLine(buffer: Uint32Array, count: number): void {
    this.reserve(count);
    const index = this.buffers.push(buffer) - 1;
    for (let frame = 0; frame < count; frame++) {
      this.slotBuffer[frame] = index;
      this.slotOffset[frame] = frame * halvesPerFrame;
      this.slotFrame[frame] = frame;
      this.known.markWhole(frame);
    }
    this.slots = count;
    this.lineCount = count;
  }

  private reserve(slots: number): void {
    this.known.reserve(slots);
    if (slots <= this.slotFrame.length) return;
    const size = Math.max(slots, this.slotFrame.length * 2);
    this.slotBuffer = larger(this.slotBuffer, new Uint32Array(size));
    this.slotOffset = larger(this.slotOffset, new Uint32Array(size));
    const frames = new Float64Array(size).fill(-1);
    frames.set(this.slotFrame);
    this.slotFrame = frames;
    this.table.moved(frames);
  }

  /** Takes everything out but the sources. */
  clear(): void {
    this.buffers.length = 0;
    this.known.clearAll();
    this.table.clear();
    this.slots = 0;
    this.lineCount = 0;
    this.free.length = 0;
    this.slabLeft = 0;
    this.slabFrames = smallestSlab;
  }

  /** Takes a frame of the store's own slabs out again. */
  remove(frame: number): void {
    const slot = this.table.find(frame);
    if (slot < 0) return;
    this.table.remove(frame);
    this.slotFrame[slot] = -1;
    this.known.clear(slot);
    const offset = this.slotOffset[slot]!;
    this.buffers[this.slotBuffer[slot]!]!.fill(0, offset, offset + halvesPerFrame);
    this.free.push(slot);
  }
}

function larger(old: Uint32Array, room: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  room.set(old);
  return room;
}
