import { FrameStore } from '../memory/frame-store';
import type { Origin } from '../memory/origin';
import { formatWord } from '../word';
import { type AddressBase, type AddressMap, asPrinted } from './address-map';
import { type ChunkScan, ChunkScanner, type VirtualLine } from './chunk-scan';
import {
  addressMapOf,
  type Directive,
  mergeDirectives,
  type ParsedDirective,
  parseDirective,
} from './directive';
import { FrameWriter, type TextOverlap } from './frame-writer';
import { type ChunkText, CodeUnits, cutIntoChunks, hasReturns } from './line-chunk';
import { sameState, stateUnder } from './line-state';
import { type LogEvent, parseLogLine } from './log/log-event';
import { knownEvents } from './log/registry';
import { unwrapEvent, type WrappedEvent } from './log/wrapped-line';
import { RunWriter } from './run-writer';
import { lineOf, lineStarts, TextChunk, textOf } from './text-chunk';
import type { TextFinding } from './text-finding';
import { type DumpedLine, type LineContext, parseDumpLine, type WordAt, wordAt } from './words';

/** A change as editors report it: the text between two places is replaced. Columns in UTF-16 units. */
export interface TextEdit {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** A comment line of the file. */
export interface PlacedDirective extends ParsedDirective {
  readonly line: number;
}

function overlapFinding(frame: number, overlap: TextOverlap, line: number): TextFinding {
  const page = `0x${(BigInt(frame) << 12n).toString(16)}`;
  const { halves, differing } = overlap;
  const said = `${halves * 4} bytes of the page ${page} were given before`;
  return {
    code: differing > 0 ? 'overlap-differs' : 'overlap',
    severity: differing > 0 ? 'warning' : 'info',
    message:
      differing > 0
        ? `${said}, ${differing * 4} of them with other values: the later line counts`
        : `${said}, with the same values`,
    line,
    start: 0,
    end: 0,
  };
}

function virtualFinding({ line, start, end, address }: VirtualLine): TextFinding {
  return {
    code: 'virtual-addresses',
    severity: 'warning',
    message:
      `${formatWord(address)} is a virtual address: entries point at physical ones, so walks do not ` +
      'come here until the comment line says where memory is mapped: pagewalk: virtual=ADDRESS',
    line,
    start,
    end,
  };
}

/**
 * A text as memory with provenance: the words its dumps hold, its log events, its comment lines, and
 * where each of them stands. It keeps the text in chunks of lines, so that an edit reads again what
 * changed and no more.
 */
export class TextIndex {
  readonly memory = new FrameStore();
  private readonly writer = new FrameWriter(this.memory);
  private readonly given: AddressMap | null;
  private readonly scanner: ChunkScanner;
  private readonly runWriter = new RunWriter(this.writer);
  private readonly units = new CodeUnits();
  /** Apart from the units that a reader of all events is given: it may ask for lines meanwhile. */
  private readonly lineUnits = new CodeUnits();
  private chunks: TextChunk[] = [];
  /** Line starts of the chunk last asked for. */
  private opened: { chunk: TextChunk; starts: number[] } | null = null;

  /**
   * @param text a text in UTF-16, or bytes (ASCII or UTF-8; columns are then bytes), or its stretches
   *   in order, each of whole lines but for the last, and each read before the next is asked for
   * @param name how origins call it
   * @param base where its dumps' addresses lie, whatever its comment lines say
   */
  constructor(
    text: string | Uint8Array | Iterable<ChunkText>,
    readonly name = 'text',
    base: AddressBase = {},
  ) {
    this.given = addressMapOf(base) ?? null;
    this.scanner = new ChunkScanner(this.writer, this.given);
    this.memory.sources.push({
      name,
      originOf: (frame, offset) => this.originOf(frame, offset),
    });
    const whole = typeof text === 'string' || text instanceof Uint8Array;
    this.rebuild(whole ? cutIntoChunks(text) : text);
  }

  get lineCount(): number {
    const last = this.chunks.at(-1)!;
    return last.firstLine + last.lineEnds + 1;
  }

  /** Units of the text: UTF-16, or bytes where it was given as bytes. */
  get length(): number {
    return this.chunks.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** The whole text as it is now. */
  text(): string {
    return this.chunks.map(({ text }) => textOf(text)).join('');
  }

  /** Replaces the text between two places and reads again what that changes. */
  edit(edit: TextEdit): void {
    const from = this.placeOf(edit.startLine, edit.startColumn);
    const to = this.placeOf(edit.endLine, edit.endColumn);
    const first = this.chunks[from.index]!;
    const last = this.chunks[to.index]!;
    let end = to.index + 1;
    let text = textOf(first.text).slice(0, from.at) + edit.text + textOf(last.text).slice(to.at);
    // A line must not be torn: `\r` and `\n` meet, or the line's end was taken away.
    while (end < this.chunks.length && !/(?:\n|\r(?=\n))$/.test(text)) {
      text += textOf(this.chunks[end++]!.text);
    }
    const added = cutIntoChunks(text).map((chunk) => new TextChunk(chunk));
    this.replaceChunks(from.index, end, added);
  }

  /** Where a place stands in its chunk; places outside the text are moved to its nearest end. */
  private placeOf(line: number, column: number): { index: number; at: number } {
    if (line < 0) return { index: 0, at: 0 };
    if (line >= this.lineCount) {
      const index = this.chunks.length - 1;
      return { index, at: this.chunks[index]!.text.length };
    }
    const { chunk, starts } = this.open(line);
    const relative = line - chunk.firstLine;
    const length = lineOf(chunk, starts, relative).length;
    return {
      index: this.chunkOf(line),
      at: starts[relative]! + Math.min(Math.max(0, column), length),
    };
  }

  private replaceChunks(from: number, to: number, added: TextChunk[]): void {
    const { chunks, writer } = this;
    if (chunks.length < 8 || (to - from) * 4 > chunks.length) {
      const all = [...chunks.slice(0, from), ...added, ...chunks.slice(to)];
      this.memory.clear();
      writer.overlaps.clear();
      this.rebuild(all.map(({ text }) => text));
      return;
    }
    // First without writing: which frames may differ, and how far the change of state reaches.
    const frames = new Set<number>();
    for (const chunk of chunks.slice(from, to)) chunk.scan!.runs.addFrames(frames);
    writer.only = new Set();
    let state = chunks[from]!.entry;
    chunks.splice(from, to - from, ...added);
    for (let index = from; index < chunks.length; index++) {
      const chunk = chunks[index]!;
      if (index >= from + added.length) {
        if (sameState(chunk.entry, state)) break;
        chunk.scan!.runs.addFrames(frames);
      }
      chunk.entry = state;
      state = this.scanChunk(chunk).exit;
      chunk.scan!.runs.addFrames(frames);
    }
    this.writeFrames(frames);
    this.numberLines();
  }

  /** Makes frames again from all chunks that have words of them, in order. */
  private writeFrames(frames: ReadonlySet<number>): void {
    const { writer } = this;
    for (const frame of frames) {
      this.memory.remove(frame);
      writer.overlaps.delete(frame);
    }
    writer.only = frames;
    for (const chunk of this.chunks) {
      writer.chunk = chunk;
      this.runWriter.write(chunk.text, chunk.returns, chunk.scan!.runs, frames);
    }
    writer.only = null;
  }

  private rebuild(texts: Iterable<ChunkText>): void {
    this.chunks = [];
    let state = stateUnder(this.given ?? asPrinted);
    for (const text of texts) {
      const chunk = new TextChunk(text);
      this.chunks.push(chunk);
      chunk.entry = state;
      state = this.scanChunk(chunk).exit;
    }
    if (this.chunks.length === 0) this.rebuild(['']);
    this.numberLines();
  }

  private scanChunk(chunk: TextChunk): ChunkScan {
    this.writer.chunk = chunk;
    const units = this.units.of(chunk.text);
    if (chunk.scan === null) chunk.returns = hasReturns(chunk.text, units);
    chunk.scan = this.scanner.scan(units, chunk.returns, chunk.entry);
    return chunk.scan;
  }

  private numberLines(): void {
    let line = 0;
    for (const chunk of this.chunks) {
      chunk.firstLine = line;
      line += chunk.lineEnds;
    }
    this.opened = null;
  }

  /** Place in `chunks` of the chunk that holds a line. */
  private chunkOf(line: number): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.chunks[middle]!.firstLine <= line) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private open(line: number): { chunk: TextChunk; starts: number[] } {
    const chunk = this.chunks[this.chunkOf(line)]!;
    if (this.opened?.chunk !== chunk) {
      this.opened = { chunk, starts: lineStarts(this.lineUnits.of(chunk.text), chunk.returns) };
    }
    return this.opened;
  }

  /** A line's text without its end; empty where there is no such line. */
  lineText(line: number): string {
    if (line < 0 || line >= this.lineCount) return '';
    const { chunk, starts } = this.open(line);
    return lineOf(chunk, starts, line - chunk.firstLine);
  }

  /** Lines of each dialect, by its name. */
  dialects(): Map<string, number> {
    const all = new Map<string, number>();
    for (const { scan } of this.chunks) {
      for (const [name, lines] of scan!.dialects) all.set(name, (all.get(name) ?? 0) + lines);
    }
    return all;
  }

  /** How many events of each name were found. */
  eventCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { scan } of this.chunks) {
      for (const event of scan!.events) {
        const { name } = knownEvents[event & 0xff]!.spec;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Lines that hold an event, with its number in `knownEvents`, in line order. */
  *events(): Generator<{ line: number; event: number }> {
    for (const { scan, firstLine } of this.chunks) {
      for (const packed of scan!.events) {
        yield { line: firstLine + (packed >>> 8), event: packed & 0xff };
      }
    }
  }

  /**
   * Calls back for every event in line order, with the units of the text around it and where its own
   * text begins: for readers of millions. The units are good until the call returns.
   * @returns steps of about a millisecond, each with the share of the text that is read, 0 to 1
   */
  *readEvents(
    read: (line: number, event: number, units: Uint8Array, textStart: number) => void,
  ): Generator<number, void> {
    const { chunks } = this;
    for (const [place, { scan, firstLine, text }] of chunks.entries()) {
      const { events, eventTexts } = scan!;
      if (events.length === 0) continue;
      const units = this.units.of(text);
      for (let index = 0; index < events.length; index++) {
        const packed = events[index]!;
        read(firstLine + (packed >>> 8), packed & 0xff, units, eventTexts[index]!);
      }
      yield (place + 1) / chunks.length;
    }
  }

  /** Where the word at an address stands: the last line that gives it. */
  private originOf(frame: number, offset: number): Origin | undefined {
    for (let index = this.chunks.length - 1; index >= 0; index--) {
      const { scan, firstLine } = this.chunks[index]!;
      const run = scan!.runs.ofByte(frame, offset);
      if (run < 0) continue;
      const { line, bytesPerLine } = scan!.runs.at(run);
      const distance = scan!.runs.distance(run, frame, offset);
      const at = firstLine + line + Math.floor(distance / bytesPerLine);
      return { kind: 'text', source: this.name, line: at, ...this.columnsOf(at, frame, offset) };
    }
    return undefined;
  }

  /** Where a line has the word that covers a byte: for a line `*` the `*`. */
  private columnsOf(line: number, frame: number, offset: number): { start: number; end: number } {
    const text = this.lineText(line);
    const address = (BigInt(frame) << 12n) + BigInt(offset);
    const word = this.dumpLine(line)?.words.find(
      (candidate) =>
        address >= candidate.address && address < candidate.address + BigInt(candidate.bytes),
    );
    if (word) return { start: word.start, end: word.end };
    const star = Math.max(0, text.indexOf('*'));
    return { start: star, end: star + 1 };
  }

  /** The dump's line at a place: its words with address, value and columns; `undefined`: it is none. */
  dumpLine(line: number, wordBytes: 4 | 8 = 8): DumpedLine | undefined {
    return parseDumpLine(this.lineText(line), wordBytes, this.contextOf(line));
  }

  private contextOf(line: number): LineContext {
    if (line < 0 || line >= this.lineCount) return { map: asPrinted };
    const { scan, firstLine } = this.chunks[this.chunkOf(line)]!;
    const count = line - firstLine;
    const index = scan!.runs.ofLine(count);
    const map = this.mapAt(line);
    if (index < 0) return { map };
    const run = scan!.runs.at(index);
    return { map, run: { run, count: count - run.line } };
  }

  /** What is stated above a line about the addresses it prints. */
  mapAt(line: number): AddressMap {
    if (this.given) return this.given;
    const { entry, scan, firstLine } = this.chunks[this.chunkOf(line)]!;
    const above = scan!.directives.filter((relative) => firstLine + relative < line);
    return above.reduce((map, relative) => {
      const stated = parseDirective(this.lineText(firstLine + relative))?.directive;
      return (stated && addressMapOf(stated)) ?? map;
    }, entry.map);
  }

  /** The first line that prints a virtual address of which nobody states where it lies. */
  get virtualLine(): VirtualLine | undefined {
    const chunk = this.chunks.find(({ scan }) => scan!.virtual !== null);
    const found = chunk?.scan?.virtual;
    return found ? { ...found, line: found.line + chunk.firstLine } : undefined;
  }

  /** What stands at a place; see {@link wordAt}. */
  wordAt(line: number, column: number, wordBytes: 4 | 8 = 8): WordAt | undefined {
    const word = wordAt(this.lineText(line), column, wordBytes, this.contextOf(line));
    const alone = word === undefined || word.kind === 'plain';
    return (alone ? this.fieldBrokenOff(line, column) : undefined) ?? word;
  }

  /** The event of a line; `undefined`: it holds none that is known. */
  logEvent(line: number): LogEvent | undefined {
    const event = parseLogLine(this.lineText(line));
    return this.unwrapped(line, event)?.event ?? event;
  }

  /** An event with the lines that were broken off its own; `undefined`: it is whole, or none. */
  wrappedEvent(line: number): WrappedEvent | undefined {
    return this.unwrapped(line, parseLogLine(this.lineText(line)));
  }

  private unwrapped(line: number, event: LogEvent | undefined): WrappedEvent | undefined {
    return unwrapEvent(event, (below) =>
      line + below < this.lineCount ? this.lineText(line + below) : undefined,
    );
  }

  /** The value at a place of a line that was broken off an event above it. */
  private fieldBrokenOff(line: number, column: number): WordAt | undefined {
    for (let below = 1; below < 4 && below <= line; below++) {
      const wrapped = this.wrappedEvent(line - below);
      if (!wrapped) continue;
      const found = wrapped.fieldsBelow.find(
        (place) => place.below === below && column >= place.start && column <= place.end,
      );
      if (!found || found.field.value === null) return undefined;
      const { field, start, end } = found;
      const { event } = wrapped;
      return { kind: 'log-field', value: found.field.value, start, end, field, event };
    }
    return undefined;
  }

  /** What is wrong with lines or worth knowing, in line order. */
  findings(): TextFinding[] {
    const findings = this.chunks.flatMap(({ scan, firstLine }) =>
      scan!.findings.map((finding) => ({ ...finding, line: firstLine + finding.line })),
    );
    for (const [frame, overlap] of this.writer.overlaps) {
      const { chunk, line } = overlap;
      if (chunk instanceof TextChunk) {
        findings.push(overlapFinding(frame, overlap, chunk.firstLine + line));
      }
    }
    const virtual = this.virtualLine;
    if (virtual) findings.push(virtualFinding(virtual));
    for (const { line, problems } of this.directives()) {
      for (const { message, start, end } of problems) {
        findings.push({ code: 'directive', severity: 'warning', message, line, start, end });
      }
    }
    return findings.sort((one, other) => one.line - other.line);
  }

  /** The comment lines, in line order. */
  directives(): PlacedDirective[] {
    return this.chunks.flatMap(({ scan, firstLine }) =>
      scan!.directives.flatMap((relative) => {
        const line = firstLine + relative;
        const parsed = parseDirective(this.lineText(line));
        if (!parsed) return [];
        const { root } = parsed.directive;
        if (root === undefined) return [{ line, ...parsed }];
        const directive = { ...parsed.directive, root: this.mapAt(line + 1).physical(root) };
        return [{ line, ...parsed, directive }];
      }),
    );
  }

  /** What the comment lines say together. */
  directive(): Directive {
    return mergeDirectives(this.directives().map(({ directive }) => directive));
  }
}
