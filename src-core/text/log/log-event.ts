import { parseWord } from '../../word';
import { CodeUnits } from '../line-chunk';
import { hasControls, PlainLine } from '../plain-line';
import { EventFinder } from './find-event';
import { compileForm } from './form-pattern';
import type { LogFieldForm, LogFieldRole, LogForm, LogHints, LogRootSpec } from './log-family';
import { knownEvents } from './registry';

/** A value of a log line and where it stands; columns from 0. */
export interface LogField {
  readonly name: string;
  readonly role: LogFieldRole;
  readonly text: string;
  /** `null`: the value is text. */
  readonly value: bigint | null;
  /** Of an entry whose name tells its level, as KVM counts. */
  readonly level?: number;
  readonly start: number;
  readonly end: number;
}

/** A line of a trace or kernel log that is understood. */
export interface LogEvent {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  /** Where the event's name stands. */
  readonly start: number;
  readonly end: number;
  /** Empty where the text is in no form known. */
  readonly fields: readonly LogField[];
  /** `null` where the text is in no form known. */
  readonly hints: LogHints | null;
  /** Fields that name a root table; see `logRoots`. */
  readonly roots: readonly LogRootSpec[];
}

/** A line is read this far for an event's values: one may be a megabyte long. */
const read = 4096;
/** A line with colours in it is read this far, colours counted. */
const plainRead = 8192;
/** How far before its name a line is searched for what belongs to the event. */
const readBefore = 160;

const compiled: readonly (readonly RegExp[])[] = knownEvents.map(({ spec }) =>
  spec.forms.map(compileForm),
);

const finder = new EventFinder();
const units = new CodeUnits();

const bare = new PlainLine();

/** The event of a line; `undefined`: it holds none that is known. */
export function parseLogLine(line: string): LogEvent | undefined {
  const plain = plainText(line);
  if (plain === line) return parseAsIs(line);
  const event = parseAsIs(plain);
  return event && movedBack(event, bare, line);
}

/** A line without what terminals added to it, as far as an event is read. */
export function plainText(line: string): string {
  const whole = units.of(line, 0, plainRead);
  if (!hasControls(whole, 0, whole.length)) return line;
  bare.take(whole, 0, whole.length, false);
  return String.fromCharCode(...bare.units.subarray(0, bare.length));
}

/** An event of a plain line with its columns in the line as it stands. */
function movedBack(event: LogEvent, plain: PlainLine, line: string): LogEvent {
  const place = <T extends { readonly start: number; readonly end: number }>(one: T): T => ({
    ...one,
    start: plain.placeOf(one.start),
    end: one.end > one.start ? plain.placeOf(one.end - 1) + 1 : plain.placeOf(one.start),
  });
  const moved = { ...place(event), fields: event.fields.map(place) };
  // In the plain line, letters beyond Latin-1 are no letters any more.
  const fields = moved.fields.map((field) => ({
    ...field,
    text: plainText(line.slice(field.start, field.end)),
  }));
  return { ...moved, fields };
}

function parseAsIs(line: string): LogEvent | undefined {
  if (!finder.find(units.of(line), 0, line.length)) return undefined;
  const event = knownEvents[finder.number];
  if (!event) return undefined;
  const { family, spec } = event;
  const { nameStart, nameEnd, textStart } = finder;
  const base = {
    name: spec.name,
    title: spec.title,
    family: family.name,
    start: nameStart,
    end: nameEnd,
  };
  for (const [index, form] of spec.forms.entries()) {
    const from = form.before === undefined ? textStart : Math.max(0, nameStart - readBefore);
    const match = compiled[finder.number]![index]!.exec(line.slice(from, textStart + read));
    if (!match) continue;
    const { hints, roots = [] } = form;
    return { ...base, fields: fieldsOf(form, match, from), hints, roots };
  }
  return { ...base, fields: [], hints: null, roots: [] };
}

/** The fields that the line has, in its order. */
function fieldsOf(form: LogForm, match: RegExpExecArray, from: number): LogField[] {
  return Object.entries(form.fields)
    .flatMap(([name, spec]) => {
      const place = match.indices?.groups?.[name];
      const text = match.groups?.[name];
      if (!place || text === undefined) return [];
      return [
        {
          name,
          role: spec.role,
          text,
          value: valueOf(spec.form, text),
          ...(spec.level === undefined ? {} : { level: spec.level }),
          start: from + place[0],
          end: from + place[1],
        },
      ];
    })
    .sort((one, other) => one.start - other.start);
}

function valueOf(form: LogFieldForm, text: string): bigint | null {
  if (form === 'hex') return parseWord(text) ?? null;
  return form === 'decimal' ? BigInt(text) : null;
}
