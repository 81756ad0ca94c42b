import { joinHalves, parseWord } from '../word';
import { type AddressMap, asPrinted } from './address-map';
import type { DumpRun } from './dump-runs';
import { DialectFinder } from './find-dialect';
import { DumpLine } from './hexdump/dialect';
import { CodeUnits } from './line-chunk';
import { type LogEvent, type LogField, parseLogLine } from './log/log-event';
import { placeInRun } from './run-writer';

/** A 64-bit word (or a smaller unit that fills no word) of a dump's line. Columns from 0. */
export interface DumpWord {
  /** Physical byte address. */
  readonly address: bigint;
  readonly value: bigint;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly start: number;
  readonly end: number;
}

/** A line of a dump. */
export interface DumpedLine {
  readonly dialect: string;
  readonly title: string;
  /** Physical, as far as a base is stated. */
  readonly address: bigint;
  /** As the line has it; `null`: it has none. */
  readonly printed: bigint | null;
  readonly addressStart: number;
  readonly addressEnd: number;
  /** As printed. */
  readonly unitBytes: 1 | 2 | 4 | 8;
  /** The units as printed, put together to 64-bit words where they are smaller. */
  readonly words: readonly DumpWord[];
}

/** What stands at a place of a line. */
export type WordAt =
  | {
      readonly kind: 'dump-address';
      readonly value: bigint;
      readonly start: number;
      readonly end: number;
      readonly line: DumpedLine;
    }
  | {
      readonly kind: 'dump-word';
      readonly value: bigint;
      readonly start: number;
      readonly end: number;
      readonly word: DumpWord;
      readonly line: DumpedLine;
    }
  | {
      readonly kind: 'log-field';
      readonly value: bigint;
      readonly start: number;
      readonly end: number;
      readonly field: LogField;
      readonly event: LogEvent;
    }
  | {
      readonly kind: 'plain';
      readonly value: bigint;
      /** The value as an address: a virtual one of the stated direct map becomes physical. */
      readonly physical: bigint;
      readonly start: number;
      readonly end: number;
    };

const finder = new DialectFinder();
const dumpLine = new DumpLine();
const codeUnits = new CodeUnits();

/** What the lines around a line of a dump say about it. */
export interface LineContext {
  readonly map: AddressMap;
  /** The run it belongs to, and which of its lines it is; `undefined`: none. */
  readonly run?: { readonly run: DumpRun; readonly count: number };
}

const alone: LineContext = { map: asPrinted };
const addressOf = (frame: number, offset: number): bigint =>
  (BigInt(frame) << 12n) + BigInt(offset);

/**
 * A dump's line read for its words; `undefined`: it is none.
 * @param wordBytes size of an entry: units are put together up to it
 */
export function parseDumpLine(
  text: string,
  wordBytes: 4 | 8 = 8,
  { map, run }: LineContext = alone,
): DumpedLine | undefined {
  const expected = run?.run.dialect ?? null;
  const dialect = finder.find(codeUnits.of(text), 0, text.length, expected, dumpLine);
  if (!dialect) return undefined;
  if (run) placeInRun(dumpLine, run.run, run.count);
  else map.move(dumpLine);
  const { frame, offset, printedFrame, printedOffset, addressStart, addressEnd } = dumpLine;
  const address = addressOf(frame, offset);
  return {
    dialect: dialect.name,
    title: dialect.title,
    address,
    printed: addressEnd > addressStart ? addressOf(printedFrame, printedOffset) : null,
    addressStart: dumpLine.addressStart,
    addressEnd: dumpLine.addressEnd,
    unitBytes: dumpLine.unitBytes,
    words: wordsOf(address, wordBytes),
  };
}

/** The words of the line in `dumpLine`; units that fill no aligned word stay alone. */
function wordsOf(address: bigint, wordBytes: 4 | 8): DumpWord[] {
  const line = dumpLine;
  const { unitBytes } = line;
  const perWord = Math.max(1, wordBytes / unitBytes);
  const words: DumpWord[] = [];
  for (let unit = 0; unit < line.count;) {
    const at = address + BigInt(unit * unitBytes);
    const whole = at % BigInt(wordBytes) === 0n && unit + perWord <= line.count;
    const units = whole ? perWord : 1;
    let value = 0n;
    for (let index = units - 1; index >= 0; index--) {
      value =
        (value << BigInt(unitBytes * 8)) |
        joinHalves(line.lo[unit + index]!, line.hi[unit + index]!);
    }
    words.push({
      address: at,
      value,
      bytes: (units * unitBytes) as DumpWord['bytes'],
      start: line.columns[unit]!,
      end: line.columns[unit + units - 1]! + line.width,
    });
    unit += units;
  }
  return words;
}

const covers = (place: { start: number; end: number }, column: number): boolean =>
  column >= place.start && column <= place.end;

/**
 * The word at a column of a line: a dump's address or data, a value of a log line, else any `0x…`
 * or bare 16 hexadecimal digits; `undefined`: no word stands there. A column just behind a word
 * still is on it.
 */
export function wordAt(
  text: string,
  column: number,
  wordBytes: 4 | 8 = 8,
  context: LineContext = alone,
): WordAt | undefined {
  const line = parseDumpLine(text, wordBytes, context);
  if (line) {
    const word = line.words.find((candidate) => covers(candidate, column));
    if (word) {
      return { kind: 'dump-word', value: word.value, start: word.start, end: word.end, word, line };
    }
    if (covers({ start: line.addressStart, end: line.addressEnd }, column)) {
      const { address: value, addressStart: start, addressEnd: end } = line;
      return { kind: 'dump-address', value, start, end, line };
    }
  }
  const event = parseLogLine(text);
  const field = event?.fields.find((candidate) => covers(candidate, column));
  if (event && field && field.value !== null) {
    const { value, start, end } = field;
    return { kind: 'log-field', value, start, end, field, event };
  }
  return plainWordAt(text, column, context.map);
}

/** `0x` and 1 to 16 digits, or 16 digits alone; digits may be grouped by "`" or `_`. */
const plainWord =
  /(?<![0-9A-Za-z_])(?:0[xX][0-9a-fA-F][0-9a-fA-F_`]{0,19}|[0-9a-fA-F]{8}[_`]?[0-9a-fA-F]{8})(?![0-9A-Za-z_])/g;
/** Words are looked for this far from the column: a line may be a megabyte long. */
const reach = 64;

function plainWordAt(text: string, column: number, map: AddressMap): WordAt | undefined {
  const from = Math.max(0, column - reach);
  for (const match of text.slice(from, column + reach).matchAll(plainWord)) {
    const start = from + match.index;
    const end = start + match[0].length;
    if (!covers({ start, end }, column)) continue;
    const value = parseWord(match[0]);
    if (value === undefined) return undefined;
    return { kind: 'plain', value, physical: map.physical(value), start, end };
  }
  return undefined;
}
