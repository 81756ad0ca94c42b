import type { DumpLine } from './hexdump/dialect';

/** A line's data as 32-bit halves from the first 4-byte boundary on: kept here, reused line by line. */
export class LineHalves {
  halves = new Uint32Array(64);
  count = 0;
  /** Address of the first half. */
  frame = 0;
  offset = 0;
  /** Bytes at either end that fill no whole half and are lost. */
  lost = 0;
  private bytes = new Uint8Array(256);

  of(line: DumpLine): void {
    this.frame = line.frame;
    this.offset = line.offset;
    this.lost = 0;
    if (line.offset % 4 !== 0 || line.unitBytes < 4) this.ofBytes(line);
    else {
      const perUnit = line.unitBytes / 4;
      this.count = line.count * perUnit;
      this.need(this.count);
      for (let unit = 0, at = 0; unit < line.count; unit++) {
        this.halves[at++] = line.lo[unit]!;
        if (perUnit === 2) this.halves[at++] = line.hi[unit]!;
      }
    }
  }

  private ofBytes(line: DumpLine): void {
    const total = line.bytes;
    if (this.bytes.length < total) this.bytes = new Uint8Array(total * 2);
    let at = 0;
    for (let unit = 0; unit < line.count; unit++) {
      for (let byte = 0; byte < line.unitBytes; byte++) {
        const half = byte < 4 ? line.lo[unit]! : line.hi[unit]!;
        this.bytes[at++] = half >>> ((byte & 3) * 8);
      }
    }
    const skipped = Math.min(total, (4 - (line.offset % 4)) % 4);
    this.count = (total - skipped) >>> 2;
    this.lost = total - this.count * 4;
    this.need(this.count);
    for (let half = 0, from = skipped; half < this.count; half++, from += 4) {
      const { bytes } = this;
      this.halves[half] =
        bytes[from]! |
        (bytes[from + 1]! << 8) |
        (bytes[from + 2]! << 16) |
        (bytes[from + 3]! << 24);
    }
    const offset = line.offset + skipped;
    this.frame = line.frame + (offset >>> 12);
    this.offset = offset & 0xfff;
  }

  private need(count: number): void {
    if (this.halves.length < count) this.halves = new Uint32Array(count * 2);
  }
}
