import { halvesPerFrame } from '../memory/known-words';
import type { FrameWriter } from './frame-writer';
import { digitValue, pairValue } from './hexdump/hex-digits';
import type { LinePattern } from './line-pattern';

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
