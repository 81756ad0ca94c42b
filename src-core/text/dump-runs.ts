import type { DumpDialect } from './hexdump/dialect';

/** One run: consecutive lines of equally many bytes whose addresses go on without a gap. */
export interface DumpRun {
  /** First line, counted from the chunk's own first; -1: the last line of the chunk before. */
  readonly line: number;
  readonly lines: number;
  /** Address of the first unit. */
  readonly frame: number;
  readonly offset: number;
  /** Bytes each line covers. */
  readonly bytesPerLine: number;
  /** Where the first line begins, in units from the chunk's start; of a `*`: the line after it. */
  readonly position: number;
  /** The dialect that its lines were read in. */
  readonly dialect: DumpDialect;
  /** Of a dump without addresses: bytes that the line before gave to its first word. */
  readonly carry?: readonly number[];
  /** Of a line `*`: the data that it repeats. */
  readonly fill?: readonly number[];
}

/** Runs of one chunk in line order, some 40 bytes each: where every word of a dump stands. */
export class DumpRuns {
  private line = new Int32Array(4);
  private lines = new Uint32Array(4);
  private frame = new Float64Array(4);
  private offset = new Uint16Array(4);
  private bytes = new Uint32Array(4);
  private position = new Uint32Array(4);
  private readonly dialects: DumpDialect[] = [];
  private readonly carries = new Map<number, readonly number[]>();
  private readonly fills = new Map<number, readonly number[]>();
  private used = 0;

  get count(): number {
    return this.used;
  }

  push(run: DumpRun): void {
    if (this.used === this.line.length) this.resize(this.used * 2);
    const at = this.used++;
    this.line[at] = run.line;
    this.lines[at] = run.lines;
    this.frame[at] = run.frame;
    this.offset[at] = run.offset;
    this.bytes[at] = run.bytesPerLine;
    this.position[at] = run.position;
    this.dialects[at] = run.dialect;
    if (run.carry) this.carries.set(at, run.carry);
    if (run.fill) this.fills.set(at, run.fill);
  }

  /** The last run grew by some lines. */
  extend(lines: number): void {
    this.lines[this.used - 1]! += lines;
  }

  /** Whether a line goes on with the last run. */
  continues(line: number, bytes: number): boolean {
    const last = this.used - 1;
    return last >= 0 && this.line[last]! + this.lines[last]! === line && this.bytes[last] === bytes;
  }

  /** Gives back the room that is not needed. */
  trim(): void {
    if (this.used < this.line.length) this.resize(this.used);
  }

  private resize(size: number): void {
    const keep = Math.min(size, this.used);
    const move = <T extends { set(from: T): void; subarray(from: number, to: number): T }>(
      from: T,
      to: T,
    ): T => {
      to.set(from.subarray(0, keep));
      return to;
    };
    this.line = move(this.line, new Int32Array(size));
    this.lines = move(this.lines, new Uint32Array(size));
    this.frame = move(this.frame, new Float64Array(size));
    this.offset = move(this.offset, new Uint16Array(size));
    this.bytes = move(this.bytes, new Uint32Array(size));
    this.position = move(this.position, new Uint32Array(size));
  }

  at(index: number): DumpRun {
    const fill = this.fills.get(index);
    const carry = this.carries.get(index);
    return {
      line: this.line[index]!,
      lines: this.lines[index]!,
      frame: this.frame[index]!,
      offset: this.offset[index]!,
      bytesPerLine: this.bytes[index]!,
      position: this.position[index]!,
      dialect: this.dialects[index]!,
      ...(carry && { carry }),
      ...(fill && { fill }),
    };
  }

  /** Last frame of a run. */
  lastFrame(index: number): number {
    const bytes = this.lines[index]! * this.bytes[index]!;
    return this.frame[index]! + Math.floor((this.offset[index]! + Math.max(0, bytes - 1)) / 4096);
  }

  /** Adds the numbers of all frames that the runs give words of. */
  addFrames(frames: Set<number>): void {
    for (let index = 0; index < this.used; index++) {
      const last = this.lastFrame(index);
      for (let frame = this.frame[index]!; frame <= last; frame++) frames.add(frame);
    }
  }

  /** The runs that give words of any of these frames, in order, and where the lines of the next begin. */
  *touching(frames: ReadonlySet<number>): Generator<DumpRun & { readonly until: number }> {
    for (let index = 0; index < this.used; index++) {
      if (!this.touches(index, frames)) continue;
      const until = index + 1 < this.used ? this.position[index + 1]! : Infinity;
      yield { ...this.at(index), until };
    }
  }

  private touches(index: number, frames: ReadonlySet<number>): boolean {
    const last = this.lastFrame(index);
    for (let frame = this.frame[index]!; frame <= last; frame++) {
      if (frames.has(frame)) return true;
    }
    return false;
  }

  /** The last run that holds a byte, or -1. */
  ofByte(frame: number, offset: number): number {
    for (let index = this.used - 1; index >= 0; index--) {
      const distance = this.distance(index, frame, offset);
      if (distance >= 0 && distance < this.lines[index]! * this.bytes[index]!) return index;
    }
    return -1;
  }

  /** The run that a line of data belongs to, or -1; a line `*` belongs to none. */
  ofLine(line: number): number {
    for (let index = this.used - 1; index >= 0; index--) {
      const distance = line - this.line[index]!;
      const within = distance >= 0 && distance < this.lines[index]!;
      if (within && !this.fills.has(index)) return index;
    }
    return -1;
  }

  /** Bytes from a run's start to an address; negative: before it. */
  distance(index: number, frame: number, offset: number): number {
    return (frame - this.frame[index]!) * 4096 + (offset - this.offset[index]!);
  }
}
