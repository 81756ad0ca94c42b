/**
 * Numbers that look random and are the same for the same seed and place: case n can be made again
 * without the n-1 before it. Source: Blackman and Vigna's xoroshiro64**.
 */
export class Numbers {
  private first: number;
  private second: number;

  constructor(seed: number, place: number) {
    // Neighbours must not begin alike, nor any seed's; both zero is the one state it never leaves.
    const high = mixed(mixed(seed) ^ Math.floor(place / 0x1_0000_0000));
    this.first = mixed(high ^ place);
    this.second = mixed(this.first ^ high) | 1;
  }

  /** 32 bits, unsigned. */
  next(): number {
    const { first, second } = this;
    const product = Math.imul(first, 0x9e37_79bb);
    const changed = first ^ second;
    this.first = rotated(first, 26) ^ changed ^ (changed << 9);
    this.second = rotated(changed, 13);
    return Math.imul(rotated(product, 5), 5) >>> 0;
  }

  /** A whole number from 0 up to but not `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Source: the finalizer of MurmurHash3. */
function mixed(word: number): number {
  let mix = word | 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85eb_ca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2_ae35);
  return mix ^ (mix >>> 16);
}
