import { parseWord } from '../../word';
import { CodeUnits } from '../line-chunk';
import { EventFinder } from './find-event';
import type { LogFieldForm, LogFieldRole, LogForm, LogHints } from './log-family';
import { knownEvents } from './registry';

/** A value of a log line and where it stands; columns from 0. */
export interface LogField {
  readonly name: string;
  readonly role: LogFieldRole;
  readonly text: string;
  /** `null`: the value is text. */
  readonly value: bigint | null;
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
}

const patterns: Readonly<Record<LogFieldForm, string>> = {
  hex: '(?:0[xX])?[0-9a-fA-F]{1,16}',
  decimal: '-?[0-9]{1,20}',
  text: '.*?',
};

/** A form as a regular expression whose groups are the fields. */
function compileForm(form: LogForm): RegExp {
  const source = form.text
    .split(/(\{[a-z_]+\})/)
    .map((part) => {
      const name = /^\{([a-z_]+)\}$/.exec(part)?.[1];
      if (name !== undefined) return `(?<${name}>${patterns[form.fields[name]!.form]})`;
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, '\\s+');
    })
    .join('');
  // A value ends where its digits end; a text field at the line's end would be empty without this.
  return new RegExp(`^\\s*${source}(?![0-9A-Za-z_])`, 'd');
}

const compiled: readonly (readonly RegExp[])[] = knownEvents.map(({ spec }) =>
  spec.forms.map(compileForm),
);

const finder = new EventFinder();
const units = new CodeUnits();

/** The event of a line; `undefined`: it holds none that is known. */
export function parseLogLine(line: string): LogEvent | undefined {
  if (!finder.find(units.of(line), 0, line.length)) return undefined;
  const event = knownEvents[finder.number];
  if (!event) return undefined;
  const { family, spec } = event;
  const textStart = finder.textStart;
  const base = {
    name: spec.name,
    title: spec.title,
    family: family.name,
    start: finder.nameStart,
    end: spec.opening === undefined ? textStart - 1 : textStart,
  };
  const text = line.slice(textStart);
  for (const [index, form] of spec.forms.entries()) {
    const match = compiled[finder.number]![index]!.exec(text);
    if (match) return { ...base, fields: fieldsOf(form, match, textStart), hints: form.hints };
  }
  return { ...base, fields: [], hints: null };
}

function fieldsOf(form: LogForm, match: RegExpExecArray, textStart: number): LogField[] {
  return Object.entries(form.fields).map(([name, spec]) => {
    const [start, end] = match.indices!.groups![name]!;
    const text = match.groups![name]!;
    return {
      name,
      role: spec.role,
      text,
      value: valueOf(spec.form, text),
      start: textStart + start,
      end: textStart + end,
    };
  });
}

function valueOf(form: LogFieldForm, text: string): bigint | null {
  if (form === 'hex') return parseWord(text) ?? null;
  return form === 'decimal' ? BigInt(text) : null;
}
