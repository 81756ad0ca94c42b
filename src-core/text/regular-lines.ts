import { halvesPerFrame } from '../memory/known-words';
import { type AddressMap, asPrinted } from './address-map';
import type { FrameWriter } from './frame-writer';
import { digitValue, HexReader, pairValue } from './hexdump/hex-digits';
import type { LinePattern } from './line-pattern';

/** Reads lines as long as they follow the pattern and their addresses go on without a gap. */
export class RegularLines {
  /** How many lines were read. */
  lines = 0;
  /** Start of the first line that was not. */
  end = 0;
  private readonly reader = new HexReader();
  private wide = new Int32Array(64);
  private narrow = new Uint8Array(64);
  private map = asPrinted;

  /**
   * @param at start of the first line in `units`
   * @param frame, offset the physical address the first line must have
   * @param map from printed addresses to physical ones, by whole pages
   */
  read(
    units: Uint8Array,
    at: number,
    pattern: LinePattern,
    frame: number,
    offset: number,
    writer: FrameWriter,
    map: AddressMap,
  ): void {
    this.map = map;
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
    const { length, wideAt, narrowAt, addressTo, pairs, halves, tailFrom, tailTo } = pattern;
    const stop = Math.min(room, Math.floor((units.length - at) / length));
    if (stop === 0 || !this.isFirst(units, at, pattern, frame, half)) return 0;
    const { wide, narrow } = this.takeConstants(units, view, at, pattern);
    const buffer = writer.bufferOf(slot);
    let index = writer.offsetOf(slot) + half;
    let wanted = half * 4;
    let start = at;
    for (let line = 0; line < stop; line++) {
      for (let which = 0; which < wideAt.length; which++) {
        if (view.getInt32(start + wideAt[which]!, true) !== wide[which]) return line;
      }
      for (let which = 0; which < narrowAt.length; which++) {
        if (units[start + narrowAt[which]!] !== narrow[which]) return line;
      }
      // The upper digits were compared; the lower three are the place within the frame.
      const low =
        (digitValue[units[start + addressTo - 3]!]! << 8) |
        pairValue[view.getUint16(start + addressTo - 2, true)]!;
      if (low !== wanted) return line;
      let bad = 0;
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
      wanted += halves * 4;
      start += length;
    }
    return stop;
  }

  /** Whether a line follows the pattern and has just this physical address. */
  private isFirst(
    units: Uint8Array,
    at: number,
    pattern: LinePattern,
    frame: number,
    half: number,
  ): boolean {
    const { literalAt, literals, addressFrom, addressTo } = pattern;
    if (addressTo - addressFrom < 3) return false;
    for (let which = 0; which < literals.length; which++) {
      if (units[at + literalAt[which]!] !== literals[which]) return false;
    }
    const { reader } = this;
    reader.read(units, at + addressFrom, at + addressTo);
    return (
      reader.end === at + addressTo &&
      this.map.frameOf(reader.hi * 0x10_0000 + (reader.lo >>> 12)) === frame &&
      (reader.lo & 0xfff) === half * 4
    );
  }

  /** What must stand at the pattern's constant places in every line of a frame: as in its first. */
  private takeConstants(
    units: Uint8Array,
    view: DataView,
    at: number,
    { wideAt, narrowAt }: LinePattern,
  ): { wide: Int32Array; narrow: Uint8Array } {
    if (this.wide.length < wideAt.length) this.wide = new Int32Array(wideAt.length * 2);
    if (this.narrow.length < narrowAt.length) this.narrow = new Uint8Array(narrowAt.length * 2);
    const { wide, narrow } = this;
    for (let which = 0; which < wideAt.length; which++) {
      wide[which] = view.getInt32(at + wideAt[which]!, true);
    }
    for (let which = 0; which < narrowAt.length; which++) {
      narrow[which] = units[at + narrowAt[which]!]!;
    }
    return { wide, narrow };
  }
}
