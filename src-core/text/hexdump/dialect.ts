/** What a dump's line says beside its words. Positions are in the units given to `parse`. */
export class DumpLine {
  /** Where the address stands. */
  addressStart = 0;
  addressEnd = 0;
  /** Physical address of the first unit: number of its 4 KiB frame, and the byte within. */
  frame = 0;
  offset = 0;
  /** The address as it is printed; a stated base tells it from the physical one. */
  printedFrame = 0;
  printedOffset = 0;
  /** Bytes a unit stands for, and the digits it is written with (after `0x`, where that is written). */
  unitBytes: 1 | 2 | 4 | 8 = 8;
  digits = 16;
  count = 0;
  /** Where each unit starts, `0x` included. */
  columns = new Int32Array(64);
  /** Characters a unit takes, `0x` included. */
  width = 18;
  /** Each unit's value. */
  lo = new Uint32Array(64);
  hi = new Uint32Array(64);
  /** Where what is no data begins: an ASCII column, or the line's end. */
  tail = 0;
  /** Place of a unit that was cut off or is no number; -1: none. */
  brokenAt = -1;
  /** What the tool said instead of data (`<error: …>`); the place is {@link brokenAt}. */
  refused = false;

  /** Forgets the last line. */
  clear(): void {
    this.count = 0;
    this.brokenAt = -1;
    this.refused = false;
  }

  setAddress(lo: number, hi: number): void {
    this.printedFrame = hi * 0x10_0000 + (lo >>> 12);
    this.printedOffset = lo & 0xfff;
    this.frame = this.printedFrame;
    this.offset = this.printedOffset;
  }

  add(column: number, lo: number, hi: number): void {
    if (this.count === this.columns.length) this.grow();
    this.columns[this.count] = column;
    this.lo[this.count] = lo;
    this.hi[this.count] = hi;
    this.count++;
  }

  /** Puts bytes before the first unit, where units are bytes: they stand on the line before. */
  prepend(bytes: readonly number[]): void {
    const { count } = this;
    const column = this.columns[0]!;
    for (const byte of bytes) this.add(column, byte, 0);
    for (const list of [this.columns, this.lo, this.hi]) {
      const added = list.slice(count, this.count);
      list.copyWithin(bytes.length, 0, count);
      list.set(added, 0);
    }
  }

  private grow(): void {
    const columns = new Int32Array(this.columns.length * 2);
    const lo = new Uint32Array(columns.length);
    const hi = new Uint32Array(columns.length);
    columns.set(this.columns);
    lo.set(this.lo);
    hi.set(this.hi);
    this.columns = columns;
    this.lo = lo;
    this.hi = hi;
  }

  /** Bytes the line's units cover. */
  get bytes(): number {
    return this.count * this.unitBytes;
  }
}

/** One way of printing memory. A new one is a file of its own and a line in the registry. */
export interface DumpDialect {
  /** Stable, kebab-case. */
  readonly name: string;
  /** What a person calls it: tool and command. */
  readonly title: string;
  /** A line `*` stands for repeats of the line before it. */
  readonly squeezes: boolean;
  /** Text behind the data may be anything (an ASCII column). */
  readonly freeTail: boolean;
  /**
   * Reads the line `units[start … end)`, its end-of-line left out, into `line`, which was cleared.
   * Returns false, at the cost of a few characters, when the line is not of this dialect; a line
   * that gives an address and no data (the last of a `hexdump`) is one with `count` 0.
   */
  parse(units: Uint8Array, start: number, end: number, line: DumpLine): boolean;
}
