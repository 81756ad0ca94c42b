/** Halves (32-bit units) in a frame. */
export const halvesPerFrame = 1024;

/** Everything between half 0 and 1024 is known. */
const whole = halvesPerFrame << 16;
/** What is known is no single stretch: a bit map tells. */
const scattered = 0xffff_ffff;

/**
 * Which halves of each slot were ever given: unknown is not zero. Most frames are whole or one
 * stretch of halves (two numbers); only the others pay for a bit map.
 */
export class KnownWords {
  /** First known half in bits 15:0, first half after it in bits 31:16. */
  private stretches = new Uint32Array(64);
  private readonly maps = new Map<number, Uint32Array>();

  /** Room for this many slots. */
  reserve(slots: number): void {
    if (slots <= this.stretches.length) return;
    const larger = new Uint32Array(Math.max(slots, this.stretches.length * 2));
    larger.set(this.stretches);
    this.stretches = larger;
  }

  /** All 1024 halves of a slot are known. */
  isWhole(slot: number): boolean {
    return this.stretches[slot] === whole;
  }

  /** No half of a slot is known. */
  isEmpty(slot: number): boolean {
    return this.stretches[slot] === 0;
  }

  isKnown(slot: number, half: number): boolean {
    const stretch = this.stretches[slot]!;
    if (stretch === whole) return true;
    if (stretch === scattered) {
      return ((this.maps.get(slot)![half >>> 5]! >>> (half & 31)) & 1) !== 0;
    }
    return half >= (stretch & 0xffff) && half < stretch >>> 16;
  }

  /** How many halves of a slot are known. */
  count(slot: number): number {
    const stretch = this.stretches[slot]!;
    if (stretch !== scattered) return (stretch >>> 16) - (stretch & 0xffff);
    let known = 0;
    for (const word of this.maps.get(slot)!) {
      for (let rest = word; rest !== 0; rest &= rest - 1) known++;
    }
    return known;
  }

  markWhole(slot: number): void {
    this.stretches[slot] = whole;
    this.maps.delete(slot);
  }

  clear(slot: number): void {
    this.stretches[slot] = 0;
    this.maps.delete(slot);
  }

  clearAll(): void {
    this.stretches.fill(0);
    this.maps.clear();
  }

  /** Halves `from` up to but not `to` are known now. */
  mark(slot: number, from: number, to: number): void {
    if (from >= to) return;
    const stretch = this.stretches[slot]!;
    const knownFrom = stretch & 0xffff;
    const knownTo = stretch >>> 16;
    if (stretch === 0) this.stretches[slot] = from | (to << 16);
    else if (stretch !== scattered && from <= knownTo && to >= knownFrom) {
      this.stretches[slot] = Math.min(from, knownFrom) | (Math.max(to, knownTo) << 16);
    } else this.markBits(slot, from, to);
  }

  private markBits(slot: number, from: number, to: number): void {
    let map = this.maps.get(slot);
    if (!map) {
      map = new Uint32Array(halvesPerFrame / 32);
      const stretch = this.stretches[slot]!;
      for (let half = stretch & 0xffff; half < stretch >>> 16; half++) setBit(map, half);
      this.maps.set(slot, map);
      this.stretches[slot] = scattered;
    }
    for (let half = from; half < to; half++) setBit(map, half);
    if (map.every((word) => word === 0xffff_ffff)) this.markWhole(slot);
  }

  /** Whether any half of a stretch is known already. */
  touches(slot: number, from: number, to: number): boolean {
    const stretch = this.stretches[slot]!;
    if (stretch === 0 || from >= to) return false;
    if (stretch !== scattered) return from < stretch >>> 16 && to > (stretch & 0xffff);
    for (let half = from; half < to; half++) if (this.isKnown(slot, half)) return true;
    return false;
  }
}

function setBit(map: Uint32Array, half: number): void {
  map[half >>> 5]! |= 1 << (half & 31);
}
