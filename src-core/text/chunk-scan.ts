import { type AddressMap, isBeyondPhysical } from './address-map';
import { addressMapOf, parseDirective } from './directive';
import { DumpRuns } from './dump-runs';
import { DialectFinder } from './find-dialect';
import type { FrameWriter } from './frame-writer';
import { type DumpDialect, DumpLine } from './hexdump/dialect';
import { beginsPlainHex, plainHex } from './hexdump/plain-hex';
import { lineEnd, nextLine } from './line-chunk';
import { LineHalves } from './line-halves';
import { contentStart, isHexOnly, loggedStart } from './line-prefix';
import { type LineState, noLine, outsideDumps, stateUnder } from './line-state';
import { directiveNumber, EventFinder } from './log/find-event';
import { fitsPattern, type LinePattern, patternOf } from './line-pattern';
import { RegularLines } from './regular-lines';
import type { TextFinding } from './text-finding';

/** What one chunk says; lines count from its own first. */
export interface ChunkScan {
  /** Line ends in the chunk. */
  readonly lineEnds: number;
  readonly runs: DumpRuns;
  readonly findings: readonly TextFinding[];
  /** Line << 8 | number of the event in `knownEvents`, in line order. */
  readonly events: Uint32Array;
  /** Where the text of each of them begins, in units from the chunk's start. */
  readonly eventTexts: Uint32Array;
  readonly directives: readonly number[];
  /** Lines of each dialect, by its name. */
  readonly dialects: ReadonlyMap<string, number>;
  /** The first line whose address no physical address can be; `null`: there is none. */
  readonly virtual: VirtualLine | null;
  readonly exit: LineState;
}

/** A line that prints a virtual address of which nobody said where it lies; columns from 0. */
export interface VirtualLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly address: bigint;
}

/** A `*` may stand for at most this much: a text can claim more memory than there is. */
const squeezeLimit = 0x400_0000;
/** Nothing is filled in from a `*` once a text holds that much. */
const squeezedMemoryLimit = 0x1000_0000;
const starUnit = 0x2a;
/** A comment line is read that far. */
const directiveLength = 4096;
/** After that many patterns in a row that fitted no second line, patterns are tried rarely. */
const patience = 8;
const keptPatterns = 4;

/** Writes what a `*` stands for: the data of the line before it, over and over. */
export function writeFill(
  writer: FrameWriter,
  frame: number,
  offset: number,
  bytes: number,
  halves: readonly number[],
  line: number,
): void {
  const count = Math.floor(bytes / 4);
  const fill = Uint32Array.from({ length: count }, (_, index) => halves[index % halves.length]!);
  writer.write(frame, offset, fill, count, line);
}

/** Reads chunks of lines: dumps into a memory, log events and comment lines into lists. */
export class ChunkScanner {
  private readonly finder = new DialectFinder();
  private readonly eventFinder = new EventFinder();
  private readonly regular = new RegularLines();
  private readonly line = new DumpLine();
  private readonly halves = new LineHalves();

  private units: Uint8Array = new Uint8Array(0);
  private runs = new DumpRuns();
  private findings: TextFinding[] = [];
  private events: number[] = [];
  private eventTexts: number[] = [];
  private directives: number[] = [];
  private dialects = new Map<string, number>();
  private state = noLine;
  private lineNumber = 0;
  private futile = 0;
  private virtual: VirtualLine | null = null;
  /** Bytes that stand before the line's own, where it has no address. */
  private carry: readonly number[] = [];
  /** The patterns used last. */
  private readonly patterns: { dialect: DumpDialect; pattern: LinePattern }[] = [];

  /** @param given what is stated of all addresses, whatever comment lines say; `null`: nothing */
  constructor(
    private readonly writer: FrameWriter,
    private readonly given: AddressMap | null,
  ) {}

  /** @param returns whether a carriage return may stand in the units */
  scan(units: Uint8Array, returns: boolean, entry: LineState): ChunkScan {
    this.begin(units, entry);
    let at = 0;
    let lineEnds = 0;
    while (at < units.length) {
      const end = lineEnd(units, at, returns);
      if (end < units.length) lineEnds++;
      let next = nextLine(units, end);
      // Most lines of a trace are events like the one before: no dialect is asked then.
      if (this.state.dialect === null && this.eventFinder.again(units, at, end)) {
        this.addEvent();
        this.lineNumber++;
        at = next;
        continue;
      }
      const dialect = this.dialectOf(at, end);
      if (dialect) {
        this.dumpLine(dialect, at, end);
        const pattern = this.patternFor(dialect, at, next);
        if (pattern) {
          const read = this.regularLines(dialect, pattern, next);
          lineEnds += read;
          next += read * pattern.length;
        }
      } else if (!this.squeezeLine(at, end)) this.otherLine(at, end);
      this.lineNumber++;
      at = next;
    }
    this.runs.trim();
    return {
      lineEnds,
      runs: this.runs,
      findings: this.findings,
      events: Uint32Array.from(this.events),
      eventTexts: Uint32Array.from(this.eventTexts),
      directives: this.directives,
      dialects: this.dialects,
      virtual: this.virtual,
      exit: this.state,
    };
  }

  /** An address without data is the end of a dump, not one by itself. */
  private dialectOf(start: number, end: number): DumpDialect | null {
    const { line, state, finder } = this;
    finder.plain = state.plain !== null;
    const dialect = finder.find(this.units, start, end, state.dialect, line);
    if (dialect === plainHex) return this.placePlain() ? dialect : null;
    const empty = line.count === 0 && line.brokenAt < 0;
    if (empty && dialect !== state.dialect) return null;
    if (dialect) state.map.move(line);
    return dialect;
  }

  /** Gives a line without address its place, where it may be one of a dump. */
  private placePlain(): boolean {
    const { line, state } = this;
    const { plain } = state;
    const first = state.dialect !== plainHex;
    if (plain === null || (first && !beginsPlainHex(line.bytes))) return false;
    const given = line.bytes;
    const lineBytes = first ? given : plain.lineBytes;
    line.frame = plain.frame;
    line.offset = plain.offset;
    line.prepend(plain.carry);
    const cut = line.brokenAt >= 0;
    const carried = cut ? 0 : (line.offset + line.bytes) % 4;
    const carry = Array.from(line.lo.subarray(line.count - carried, line.count));
    line.count -= carried;
    // Of a line that was cut off it is known how long it would have been.
    const next = line.offset + (cut ? plain.carry.length + lineBytes : line.bytes);
    this.carry = plain.carry;
    const place = { frame: line.frame + Math.floor(next / 4096), offset: next % 4096 };
    this.state = { ...state, plain: { ...place, carry, lineBytes } };
    return true;
  }

  private begin(units: Uint8Array, entry: LineState): void {
    this.units = units;
    this.runs = new DumpRuns();
    this.findings = [];
    this.events = [];
    this.eventTexts = [];
    this.directives = [];
    this.dialects = new Map();
    this.state = entry;
    this.lineNumber = 0;
    this.futile = 0;
    this.virtual = null;
  }

  private dumpLine(dialect: DumpDialect, start: number, end: number): void {
    const { line, state, halves } = this;
    const follows =
      state.dialect === dialect && state.frame === line.frame && state.offset === line.offset;
    if (follows && line.unitBytes < state.unitBytes && line.count === 1 && line.tail === end) {
      // `0x00000001` where `0x00000001042ce825` is due: cut, not a smaller unit.
      line.brokenAt = line.columns[0]!;
      line.count = 0;
    }
    if (state.starColumn >= 0 && state.dialect === dialect) this.fillSqueezed(start);
    if (line.brokenAt >= 0) this.broken(dialect, start, end);
    this.checkAddress(start, end);
    halves.of(line);
    if (halves.lost > 0 && !follows) this.misaligned(start, end);
    this.writer.write(halves.frame, halves.offset, halves.halves, halves.count, this.lineNumber);
    const bytes = line.bytes;
    if (bytes > 0) {
      const carry = dialect === plainHex ? this.carry : [];
      const continues = carry.length === 0 && this.runs.continues(this.lineNumber, bytes);
      if (follows && continues) this.runs.extend(1);
      else {
        const { frame, offset } = line;
        this.runs.push({
          line: this.lineNumber,
          lines: 1,
          frame,
          offset,
          bytesPerLine: bytes,
          position: start,
          dialect,
          ...(carry.length > 0 && { carry }),
        });
      }
    }
    this.count(dialect, 1);
    this.enter(dialect, line.frame, line.offset + bytes);
  }

  /** The state after a dump's line, whose data still stand in `line` and `halves`. */
  private enter(dialect: DumpDialect, frame: number, offset: number): void {
    const { line, halves } = this;
    this.state = {
      dialect,
      unitBytes: line.unitBytes,
      count: line.count,
      addressDigits: line.addressEnd - line.addressStart,
      frame: frame + Math.floor(offset / 4096),
      offset: offset % 4096,
      halves:
        dialect.squeezes && halves.lost === 0
          ? Array.from(halves.halves.subarray(0, halves.count))
          : [],
      starColumn: -1,
      map: this.state.map,
      plain: this.state.plain,
    };
  }

  private count(dialect: DumpDialect, lines: number): void {
    this.dialects.set(dialect.name, (this.dialects.get(dialect.name) ?? 0) + lines);
  }

  private patternFor(dialect: DumpDialect, start: number, next: number): LinePattern | undefined {
    if (!this.state.map.wholePages || this.finder.coloured || next >= this.units.length)
      return undefined;
    if (this.futile >= patience && this.lineNumber % 64 !== 0) return undefined;
    const { units, line } = this;
    // Pages printed one after the other go back to the same patterns.
    const known = this.patterns.find(
      (kept) => kept.dialect === dialect && fitsPattern(kept.pattern, units, start, next, line),
    );
    if (known) return known.pattern;
    const pattern = patternOf(units, start, next, line, dialect.freeTail);
    if (!pattern) return undefined;
    this.patterns.unshift({ dialect, pattern });
    this.patterns.length = Math.min(this.patterns.length, keptPatterns);
    return pattern;
  }

  /** Reads the lines that look like the one just read; returns how many. */
  private regularLines(dialect: DumpDialect, pattern: LinePattern, at: number): number {
    const { state, regular } = this;
    regular.read(this.units, at, pattern, state.frame, state.offset, this.writer, state.map);
    const { lines } = regular;
    this.futile = lines === 0 ? this.futile + 1 : 0;
    if (lines === 0) return 0;
    this.runs.extend(lines);
    this.count(dialect, lines);
    this.lineNumber += lines;
    if (dialect.squeezes) {
      const last = at + (lines - 1) * pattern.length;
      this.finder.find(this.units, last, last + pattern.tailTo, dialect, this.line);
      this.halves.of(this.line);
    }
    this.enter(dialect, state.frame, state.offset + lines * pattern.halves * 4);
    return lines;
  }

  /** A line `*` after a line of a dialect that squeezes repeats. */
  private squeezeLine(start: number, end: number): boolean {
    const { state, units } = this;
    if (!state.dialect?.squeezes || state.halves.length === 0) return false;
    const at = loggedStart(units, start, end);
    if (units[at] !== starUnit || contentStart(units, at + 1, end) < end) return false;
    this.state = { ...state, starColumn: at - start };
    return true;
  }

  /** The line after a `*` tells how far the repeats of the line before it went. */
  private fillSqueezed(start: number): void {
    const { line, state, writer } = this;
    const gap = (line.frame - state.frame) * 4096 + line.offset - state.offset;
    const period = state.halves.length * 4;
    if (gap < period) return;
    if (gap > squeezeLimit || writer.memory.frameCount * 4096 + gap > squeezedMemoryLimit) {
      this.findings.push({
        code: 'squeezed-too-far',
        severity: 'warning',
        message: `the * stands for ${gap} bytes, more than is read from one: they are unknown`,
        line: this.lineNumber - 1,
        start: state.starColumn,
        end: state.starColumn + 1,
      });
      return;
    }
    const { frame, offset, halves } = state;
    writeFill(writer, frame, offset, gap, halves, this.lineNumber - 1);
    this.runs.push({
      line: this.lineNumber - 1,
      lines: 1,
      frame,
      offset,
      bytesPerLine: gap,
      position: start,
      dialect: state.dialect!,
      fill: halves,
    });
  }

  private otherLine(start: number, end: number): void {
    const { eventFinder } = this;
    if (this.state.dialect !== null) {
      this.cutAddress(start, end);
      this.state = outsideDumps(this.state);
    }
    if (!eventFinder.find(this.units, start, end)) return;
    if (eventFinder.number === directiveNumber) {
      this.directives.push(this.lineNumber);
      this.stateBase(start, end);
    } else this.addEvent();
  }

  /** A comment line may state where the addresses below it lie. */
  private stateBase(start: number, end: number): void {
    if (this.given) return;
    const units = this.units.subarray(start, Math.min(end, start + directiveLength));
    const stated = parseDirective(String.fromCharCode(...units))?.directive;
    const map = stated && addressMapOf(stated);
    if (map) this.state = stateUnder(map);
  }

  private addEvent(): void {
    this.events.push(((this.lineNumber << 8) | this.eventFinder.number) >>> 0);
    this.eventTexts.push(this.eventFinder.textStart);
  }

  /** A line that is only the beginning of the address due next was cut off. */
  private cutAddress(start: number, end: number): void {
    const { state, units } = this;
    const from = contentStart(units, start, end);
    if (end - from >= state.addressDigits || !isHexOnly(units, from, end)) return;
    const { frame, offset, addressDigits } = state;
    const due = state.map.printedOf(frame, offset).toString(16).padStart(addressDigits, '0');
    const shown = String.fromCharCode(...units.subarray(from, end)).toLowerCase();
    const prefixed = shown.startsWith('0x');
    if (!(prefixed ? `0x${due.replace(/^0+/, '')}` : due).startsWith(shown)) return;
    this.cut(
      from - start,
      end - start,
      'the line ends within its address: nothing is read from it',
    );
  }

  private broken(dialect: DumpDialect, start: number, end: number): void {
    const from = this.line.brokenAt - start;
    if (this.line.refused) {
      this.findings.push({
        code: 'unreadable-memory',
        severity: 'info',
        message: `${dialect.title} could not read this memory: its words are unknown`,
        line: this.lineNumber,
        start: from,
        end: end - start,
      });
    } else this.cut(from, end - start, 'the line is cut off within a word: this word is unknown');
  }

  private cut(start: number, end: number, message: string): void {
    const { lineNumber } = this;
    this.findings.push({
      code: 'cut-line',
      severity: 'warning',
      message,
      line: lineNumber,
      start,
      end,
    });
  }

  /** Looks whether the line's words can be of physical memory at all. */
  private checkAddress(start: number, end: number): void {
    const { line, lineNumber } = this;
    if (!isBeyondPhysical(line.frame) || line.addressEnd === line.addressStart) return;
    const place = {
      line: lineNumber,
      start: line.addressStart - start,
      end: Math.min(line.addressEnd, end) - start,
    };
    const address = (BigInt(line.printedFrame) << 12n) + BigInt(line.printedOffset);
    this.virtual ??= { ...place, address };
    const last = line.offset + line.bytes;
    if (line.frame + Math.floor(Math.max(0, last - 1) / 4096) < 2 ** 52) return;
    this.findings.push({
      code: 'address-wraps',
      severity: 'warning',
      message:
        'the line goes past the last address of 64 bits: its words from there on are unknown',
      ...place,
    });
  }

  private misaligned(start: number, end: number): void {
    this.findings.push({
      code: 'misaligned-words',
      severity: 'info',
      message: 'the address is no multiple of 4: words that are not wholly given are unknown',
      line: this.lineNumber,
      start: this.line.addressStart - start,
      end: Math.min(this.line.addressEnd, end) - start,
    });
  }
}
