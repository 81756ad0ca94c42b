import { halvesPerFrame } from '../memory/known-words';
import type { FrameWriter } from './frame-writer';
import type { DumpLine } from './hexdump/dialect';
import { digitValue, pairValue } from './hexdump/hex-digits';

/**
 * A line that was understood, as a pattern for the next ones: dumps are long stretches of lines
 * that differ in their digits only. Positions count from the line's start.
 */
export interface LinePattern {
  /** Characters of the line, its end included. */
  readonly length: number;
  /** Places that hold no digit, and what stands there. */
  readonly literalAt: Int32Array;
  readonly literals: Uint8Array;
  /** A free tail (an ASCII column) must hold no end of line. */
  readonly tailFrom: number;
  readonly tailTo: number;
  /** Where the address's digits stand: an odd first one (-1: none), then pairs. */
  readonly addressOdd: number;
  readonly addressPairs: Int32Array;
  /** Where the four digit pairs of each 32-bit half stand, lowest byte first. */
  readonly pairs: Int32Array;
  readonly halves: number;
}

/**
 * The pattern of a line; `undefined` where it covers no whole number of 32-bit halves.
 * @param start of the line in `units`
 * @param next start of the line after it
 */
export function patternOf(
  units: Uint8Array,
  start: number,
  next: number,
  line: DumpLine,
  freeTail: boolean,
): LinePattern | undefined {
  const bytes = line.bytes;
  if (bytes % 4 !== 0 || bytes === 0 || line.brokenAt >= 0) return undefined;
  if (line.digits !== line.unitBytes * 2) return undefined;
  const digit = new Uint8Array(next - start);
  const addressEnd = line.addressEnd - start;
  const addressStart = firstDigit(units, line.addressStart, line.addressEnd) - start;
  digit.fill(1, addressStart, addressEnd);
  const pairs = new Int32Array(bytes);
  for (let unit = 0; unit < line.count; unit++) {
    const from = line.columns[unit]! - start + line.width - line.digits;
    digit.fill(1, from, from + line.digits);
    for (let byte = 0; byte < line.unitBytes; byte++) {
      pairs[unit * line.unitBytes + byte] = from + line.digits - 2 - byte * 2;
    }
  }
  const tailFrom = freeTail ? line.tail - start : next - start;
  const tailTo = endOfLine(units, start, next) - start;
  if (freeTail) digit.fill(1, tailFrom, tailTo);
  const literalAt = Int32Array.from([...digit.keys()].filter((at) => digit[at] === 0));
  const odd = (addressEnd - addressStart) % 2;
  return {
    length: next - start,
    literalAt,
    literals: Uint8Array.from(literalAt, (at) => units[start + at]!),
    tailFrom: freeTail ? tailFrom : tailTo,
    tailTo,
    addressOdd: odd ? addressStart : -1,
    addressPairs: Int32Array.from(
      { length: (addressEnd - addressStart - odd) / 2 },
      (_, index) => addressStart + odd + index * 2,
    ),
    pairs,
    halves: bytes / 4,
  };
}

function firstDigit(units: Uint8Array, start: number, end: number): number {
  return end - start > 2 && (units[start + 1]! | 0x20) === 0x78 ? start + 2 : start;
}

function endOfLine(units: Uint8Array, start: number, next: number): number {
  let end = next;
  while (end > start && (units[end - 1] === 0x0a || units[end - 1] === 0x0d)) end--;
  return end;
}

/** Reads lines as long as they follow the pattern and their addresses go on without a gap. */
export class RegularLines {
  /** How many lines were read. */
  lines = 0;
  /** Start of the first line that was not. */
  end = 0;

  /**
   * @param at start of the first line in `units`
   * @param frame, offset the address the first line must have
   */
  read(
    units: Uint8Array,
    at: number,
    pattern: LinePattern,
    frame: number,
    offset: number,
    writer: FrameWriter,
  ): void {
    const view = new DataView(units.buffer, units.byteOffset, units.byteLength);
    let start = at;
    let lines = 0;
    let number = frame;
    let half = offset >>> 2;
    if (offset % 4 === 0) {
      for (;;) {
        const slot = writer.openStretch(number, half);
        if (slot < -1) break;
        const room = Math.floor((halvesPerFrame - half) / pattern.halves);
        const read = this.readFrame(units, view, start, pattern, number, half, room, writer, slot);
        writer.closeStretch(slot, half, half + read * pattern.halves);
        lines += read;
        start += read * pattern.length;
        half += read * pattern.halves;
        if (read < room || half !== halvesPerFrame) break;
        number++;
        half = 0;
      }
    }
    this.lines = lines;
    this.end = start;
  }

  /** Reads up to `room` lines into one frame; returns how many. */
  private readFrame(
    units: Uint8Array,
    view: DataView,
    at: number,
    pattern: LinePattern,
    frame: number,
    half: number,
    room: number,
    writer: FrameWriter,
    slot: number,
  ): number {
    const { length, literalAt, literals, pairs, halves, tailFrom, tailTo } = pattern;
    const { addressOdd, addressPairs } = pattern;
    const buffer = writer.bufferOf(slot);
    let index = writer.offsetOf(slot) + half;
    const highPairs = Math.max(0, addressPairs.length - 4);
    const wantedHi = Math.floor(frame / 0x10_0000);
    let wantedLo = ((frame % 0x10_0000) * 4096 + half * 4) >>> 0;
    const literalCount = literals.length;
    const addressCount = addressPairs.length;
    const stop = Math.min(room, Math.floor((units.length - at) / length));
    let start = at;
    for (let line = 0; line < stop; line++) {
      for (let which = 0; which < literalCount; which++) {
        if (units[start + literalAt[which]!] !== literals[which]) return line;
      }
      let bad = 0;
      let hi = 0;
      let lo = 0;
      if (addressOdd >= 0) {
        bad = digitValue[units[start + addressOdd]!]!;
        if (addressCount < 4) lo = bad;
        else hi = bad;
      }
      for (let which = 0; which < highPairs; which++) {
        const value = pairValue[view.getUint16(start + addressPairs[which]!, true)]!;
        bad |= value;
        hi = (hi << 8) | value;
      }
      for (let which = highPairs; which < addressCount; which++) {
        const value = pairValue[view.getUint16(start + addressPairs[which]!, true)]!;
        bad |= value;
        lo = (lo << 8) | value;
      }
      if (lo >>> 0 !== wantedLo || hi >>> 0 !== wantedHi) return line;
      for (let which = 0, pair = 0; which < halves; which++, pair += 4) {
        const a = pairValue[view.getUint16(start + pairs[pair]!, true)]!;
        const b = pairValue[view.getUint16(start + pairs[pair + 1]!, true)]!;
        const c = pairValue[view.getUint16(start + pairs[pair + 2]!, true)]!;
        const d = pairValue[view.getUint16(start + pairs[pair + 3]!, true)]!;
        bad |= a | b | c | d;
        buffer[index + which] = a | (b << 8) | (c << 16) | (d << 24);
      }
      if (bad > 0xff) return line;
      for (let tail = tailFrom; tail < tailTo; tail++) {
        if (units[start + tail] === 0x0a || units[start + tail] === 0x0d) return line;
      }
      index += halves;
      wantedLo += halves * 4;
      start += length;
    }
    return stop;
  }
}
