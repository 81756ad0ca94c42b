/**
 * 64-bit words. Hot loops see a word as two unsigned 32-bit halves (`lo`, `hi`); edges (hover,
 * JSON, settings) see a `bigint`. Physical addresses and frame numbers have at most 52 bits and
 * may be plain numbers; whole words may not: bit 63 would be lost.
 */

const wordMask = 0xffff_ffff_ffff_ffffn;

/** Bits 31:0 of a word, unsigned. */
export function lowHalf(word: bigint): number {
  return Number(word & 0xffff_ffffn);
}

/** Bits 63:32 of a word, unsigned. */
export function highHalf(word: bigint): number {
  return Number((word >> 32n) & 0xffff_ffffn);
}

/** The word made of two unsigned halves. */
export function joinHalves(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** A word as every wire, message and test writes it: `0x…`, lower case, no padding. */
export function formatWord(word: bigint): string {
  return `0x${(word & wordMask).toString(16)}`;
}

/** A word from text: `0x…`, or bare hexadecimal digits; at most 16 digits (`_` and "`" may group them). */
export function parseWord(text: string): bigint | undefined {
  const digits = /^(?:0[xX])?([0-9a-fA-F_`]+)$/.exec(text.trim())?.[1]?.replace(/[_`]/g, '');
  if (digits === undefined || digits === '') return undefined;
  const significant = digits.replace(/^0+(?=.)/, '');
  return significant.length > 16 ? undefined : BigInt(`0x${significant}`);
}

/** A mask of bits `high` down to `low`, both included. */
export function bitMask(high: number, low: number): bigint {
  return high < low ? 0n : ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

/** Bits `high` down to `low` of a word, moved down to bit 0. */
export function bitField(word: bigint, high: number, low: number): bigint {
  return (word & bitMask(high, low)) >> BigInt(low);
}

/** Numbers of the bits that are set, highest first. */
export function setBits(word: bigint): number[] {
  return [...setBitsOfHalf(highHalf(word), 32), ...setBitsOfHalf(lowHalf(word), 0)];
}

function setBitsOfHalf(half: number, lowest: number): number[] {
  const bits: number[] = [];
  for (let rest = half; rest !== 0;) {
    const bit = 31 - Math.clz32(rest);
    bits.push(lowest + bit);
    rest &= ~(1 << bit);
  }
  return bits;
}
