import { DialectFinder } from '../find-dialect';
import { DumpLine } from '../hexdump/dialect';
import { CodeUnits } from '../line-chunk';
import { type LogEvent, type LogField, parseLogLine } from './log-event';

/** Mail programs and editors break lines at a blank, somewhere between these columns. */
const narrowest = 72;
const widest = 80;
/** A line of a log is broken into no more pieces. */
const mostPieces = 4;

/** A field of an event that stands on a line below the event's own. Columns of that line. */
export interface FieldBelow {
  readonly field: LogField;
  /** Lines below the event's own. */
  readonly below: number;
  readonly start: number;
  readonly end: number;
}

/** An event whose line was broken: its pieces as one line. */
export interface WrappedEvent {
  readonly text: string;
  readonly event: LogEvent;
  /** Further lines that belong to it. */
  readonly below: number;
  readonly fieldsBelow: readonly FieldBelow[];
}

interface Piece {
  readonly below: number;
  /** Where it begins in the joined text, and in its own line. */
  readonly at: number;
  readonly column: number;
}

const units = new CodeUnits();
const finder = new DialectFinder();
const dump = new DumpLine();

/**
 * The event of a line that mail broke, read together with the lines below; `undefined`: the line is
 * no event, or is whole. A line is taken to be broken where it was too long for the next word, and
 * only where the line below says nothing by itself and completes what is known to be printed.
 * @param lineAt the text of a line, counted from the event's own
 */
export function unwrapEvent(
  whole: LogEvent | undefined,
  lineAt: (below: number) => string | undefined,
): WrappedEvent | undefined {
  const raw = lineAt(0);
  if (!whole || raw === undefined || unquoted(raw) > widest) return undefined;
  const first = raw.trimEnd();
  let last = raw;
  let text = first;
  const pieces: Piece[] = [];
  let best = whole;
  let found: WrappedEvent | undefined;
  for (let below = 1; below < mostPieces; below++) {
    const line = lineAt(below);
    if (line === undefined) return found;
    const piece = line.trimEnd();
    const column = ownText(piece);
    if (!breaksBefore(last, piece.slice(column), whole)) return found;
    pieces.push({ below, at: text.length + 1, column });
    text = `${text} ${piece.slice(column)}`;
    const event = parseLogLine(text);
    if (event && completes(event, best)) {
      best = event;
      found = { text, below, ...placed(event, first.length, pieces) };
    }
    last = line;
  }
  return found;
}

function ownText(line: string): number {
  return /^[\s>|]*/.exec(line)![0].length;
}

/** Whether a line ends because the next word did not fit, and the next line is no other thing. */
function breaksBefore(line: string, next: string, whole: LogEvent): boolean {
  const word = /^\S+/.exec(next)?.[0];
  if (word === undefined || unquoted(line) > widest) return false;
  if (line.length + 1 + word.length < narrowest) return false;
  const event = parseLogLine(next);
  // A piece may begin like the event itself, where that may begin late (`, pud=…`).
  if (event?.hints && (whole.hints !== null || event.name !== whole.name)) return false;
  const dialect = finder.find(units.of(next), 0, next.length, null, dump);
  return dialect === null || dump.bytes < 16;
}

/** Columns of a line without quote marks: those came when it was broken already. */
function unquoted(line: string): number {
  return line.length - /^(?:[>|] ?)*/.exec(line)![0].length;
}

function completes(event: LogEvent, before: LogEvent): boolean {
  if (event.name !== before.name || event.hints === null) return false;
  return before.hints === null || lastNumber(event) > lastNumber(before);
}

/** Where the last number of an event ends: a text that goes on to the line's end proves nothing. */
function lastNumber({ fields }: LogEvent): number {
  return Math.max(0, ...fields.map(({ value, end }) => (value === null ? 0 : end)));
}

/** The event with places on its own line; what stands below it ends where the line ends. */
function placed(
  event: LogEvent,
  length: number,
  pieces: readonly Piece[],
): Pick<WrappedEvent, 'event' | 'fieldsBelow'> {
  const fieldsBelow: FieldBelow[] = [];
  const fields = event.fields.map((field) => {
    const piece = pieces.findLast(({ at }) => field.start >= at);
    if (!piece) return field.end <= length ? field : { ...field, end: length };
    const { below, at, column } = piece;
    const start = field.start - at + column;
    fieldsBelow.push({ field, below, start, end: field.end - at + column });
    return { ...field, start: length, end: length };
  });
  return { event: { ...event, fields }, fieldsBelow };
}
