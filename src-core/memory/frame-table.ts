/**
 * From a frame's number to its slot: open addressing over typed arrays, because a look-up happens
 * for every table of every walk. Frame numbers have at most 52 bits and are plain numbers.
 */
export class FrameTable {
  /** Slot + 1 of each bucket; 0: free. */
  private buckets = new Int32Array(64);
  private shift = 26;
  private used = 0;

  /** @param frames number of the frame in each slot; the owner keeps it and may replace it */
  constructor(private frames: Float64Array) {}

  get size(): number {
    return this.used;
  }

  /** The owner's frame numbers moved to a larger array. */
  moved(frames: Float64Array): void {
    this.frames = frames;
  }

  private home(frame: number): number {
    const high = (frame / 0x1_0000_0000) | 0;
    return Math.imul((frame | 0) ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1) >>> this.shift;
  }

  /** The slot of a frame, or -1. */
  find(frame: number): number {
    const mask = this.buckets.length - 1;
    for (let bucket = this.home(frame); ; bucket = (bucket + 1) & mask) {
      const slot = this.buckets[bucket]! - 1;
      if (slot < 0 || this.frames[slot] === frame) return slot;
    }
  }

  /** Enters a slot whose frame number already stands in the owner's array and in no other slot. */
  add(slot: number): void {
    if ((this.used + 1) * 2 > this.buckets.length) this.grow();
    this.place(slot);
    this.used++;
  }

  private place(slot: number): void {
    const mask = this.buckets.length - 1;
    let bucket = this.home(this.frames[slot]!);
    while (this.buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
    this.buckets[bucket] = slot + 1;
  }

  private grow(): void {
    const old = this.buckets;
    this.buckets = new Int32Array(old.length * 2);
    this.shift--;
    for (const entry of old) if (entry !== 0) this.place(entry - 1);
  }

  clear(): void {
    this.buckets.fill(0);
    this.used = 0;
  }

  /** Takes a frame out; later entries of its chain move up, so that no gap hides them. */
  remove(frame: number): void {
    const mask = this.buckets.length - 1;
    let gap = this.home(frame);
    while (this.buckets[gap] !== 0 && this.frames[this.buckets[gap]! - 1] !== frame) {
      gap = (gap + 1) & mask;
    }
    if (this.buckets[gap] === 0) return;
    this.used--;
    for (let bucket = (gap + 1) & mask; this.buckets[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const home = this.home(this.frames[this.buckets[bucket]! - 1]!);
      const distance = (bucket - home) & mask;
      if (distance >= ((bucket - gap) & mask)) {
        this.buckets[gap] = this.buckets[bucket]!;
        gap = bucket;
      }
    }
    this.buckets[gap] = 0;
  }
}
