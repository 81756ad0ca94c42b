import {
  decodeWord,
  formatWord,
  type LogEvent,
  type LogField,
  type WordAt,
  type WordContext,
} from '../../src-core/index';
import { askEntry, type EntryReply } from '../ask-entry';
import type { FileView } from '../file-view';
import { type Answer, code, type Line, strong } from '../render/answer';
import { changeTable, consequenceOf, entryPhrase } from '../render/change';
import { entryAnswer, entryWarnings } from '../render/entry';
import { everyBit } from '../render/field-table';
import { problemAnswer } from '../render/problem';
import { withTime } from './event-time';
import { eventWord } from './event-words';
import type { Asked, Explanation } from './explanation';
import { kernelOfFile } from './kernel-of-file';
import { roleAnswer } from './printed-role';
import { kernelNotes } from './table-entry';
import { wordAnswer } from './word-answer';

/** A value of a log line: a register or a code by itself; else the whole event is what it means. */
export function explainLogField(
  { view, line }: Asked,
  word: Extract<WordAt, { kind: 'log-field' }>,
): Explanation {
  const { start, end, event, field } = word;
  const answer = fieldAnswer(view, event, field) ?? eventAnswer(view, event);
  return { answer: withTime(answer, view, line, event), start, end };
}

/** What a value says that is a word of its own; `null`: it is none. */
function fieldAnswer(view: FileView, event: LogEvent, field: LogField): Answer | null {
  const kind = eventWord(view, event, field);
  if (!kind || field.value === null) return null;
  const basis = `${event.title}; ${kind.why}.`;
  return wordAnswer(kind.word, field.value, wordContext(view), basis);
}

/** Anywhere else in an event's text; `null`: no event stands at that place. */
export function explainEventText({ view, line, column }: Asked): Explanation | null {
  const event = view.index.logEvent(line);
  if (!event) return null;
  const end = Math.max(event.end, ...event.fields.map((field) => field.end));
  if (column < event.start || column > end) return null;
  const answer = withTime(eventAnswer(view, event), view, line, event);
  return { answer, start: event.start, end };
}

/** What an event says: a change, an entry, or its values by name. */
export function eventAnswer(view: FileView, event: LogEvent): Answer {
  const before = fieldOf(event, 'old-spte');
  const after = fieldOf(event, 'new-spte');
  const entry = fieldOf(event, 'spte');
  if (before?.value != null && after?.value != null && before.value !== after.value) {
    return changeAnswer(view, event, before.value, after.value);
  }
  const value = entry?.value ?? after?.value;
  if (value != null) return entryEvent(view, event, value);
  return roleAnswer(view, event) ?? plainEvent(view, event);
}

function changeAnswer(view: FileView, event: LogEvent, old: bigint, value: bigint): Answer {
  const after = ask(view, event, value);
  if ('problem' in after) return problemAnswer(after.problem);
  const level = after.request.level;
  const before = askEntry({ ...view.loneQuestion(old, level, after.request.format), level });
  if ('problem' in before) return problemAnswer(before.problem);
  const change = { before: before.entry, after: after.entry };
  const frame = after.entry.facts.pfn;
  const consequence = consequenceOf(change);
  return {
    headline: [
      strong(
        `${subject(event, level)}: was ${entryPhrase(change.before)}, now ${entryPhrase(change.after)}`,
      ),
      ...(typeof frame === 'bigint' ? [' (frame ', code(formatWord(frame)), ')'] : []),
    ],
    meaning: consequence === '' ? [] : [[consequence]],
    ...entryWarnings(after.entry),
    table: changeTable(change),
    everyBit: everyBit(after.entry.fields),
    notes: kernelNotes(after),
    basis: basisOf(after, event),
    links: [],
  };
}

/** An event that names one entry. */
function entryEvent(view: FileView, event: LogEvent, value: bigint): Answer {
  const reply = ask(view, event, value);
  if ('problem' in reply) return problemAnswer(reply.problem);
  const { entry } = reply;
  const answer = entryAnswer(
    { ...entry, basis: { ...entry.basis, why: basisOf(reply, event) } },
    { where: [`${event.title}: ${subject(event, entry.level)}.`], notes: kernelNotes(reply) },
  );
  return { ...answer, warnings: [...reservedWarning(event, value), ...answer.warnings] };
}

/** KVM's own verdict, where the line has its mask of reserved bits. */
function reservedWarning(event: LogEvent, value: bigint): Line[] {
  const mask = fieldOf(event, 'mask')?.value ?? 0n;
  const wrong = value & mask;
  if (wrong === 0n) return [];
  return [
    [
      'KVM found reserved bits set: ',
      code(formatWord(wrong)),
      ' of its mask ',
      code(formatWord(mask)),
      '.',
    ],
  ];
}

/** An event without an entry: its values by name. */
function plainEvent(view: FileView, event: LogEvent): Answer {
  return {
    headline: [strong(event.title)],
    meaning: event.fields.length === 0 ? [['Its text is in no form that is known here.']] : [],
    warnings: [],
    table: {
      head: [[], ['value'], []],
      rows: event.fields.map((field) => [
        [field.name.replaceAll('_', ' ')],
        [code(field.text)],
        [wordInShort(view, event, field)],
      ]),
    },
    everyBit: null,
    notes: [],
    basis: event.hints?.why ?? '',
    links: [],
  };
}

/** A word's own sentence, behind its value; empty for any other value. */
function wordInShort(view: FileView, event: LogEvent, field: LogField): string {
  const kind = eventWord(view, event, field);
  if (!kind || field.value === null) return '';
  const word = decodeWord(kind.word, field.value, wordContext(view));
  return 'problem' in word ? '' : `${word.title}: ${word.summary}`;
}

function ask(view: FileView, event: LogEvent, value: bigint): EntryReply | { problem: string } {
  const level = fieldOf(event, 'level')?.value ?? null;
  // A format that the event alone names counts only where the file has no better answer.
  const hinted = event.hints?.formats[0];
  return askEntry(view.loneQuestion(value, level === null ? undefined : Number(level), hinted));
}

function subject(event: LogEvent, level: number): string {
  const gfn = fieldOf(event, 'gfn')?.value;
  const address = fieldOf(event, 'gpa')?.value ?? fieldOf(event, 'gva')?.value;
  const what =
    gfn != null
      ? `GFN ${formatWord(gfn)}, `
      : address != null
        ? `address ${formatWord(address)}, `
        : '';
  return `${what}level ${level}`;
}

function basisOf({ entry }: EntryReply, event: LogEvent): string {
  const parts = [entry.basis.why, event.hints?.why ?? ''].filter((part) => part !== '');
  return parts.join('; ');
}

function fieldOf(event: LogEvent, role: LogField['role']): LogField | undefined {
  return event.fields.find((field) => field.role === role);
}

function wordContext(view: FileView): WordContext {
  const kernel = kernelOfFile(view);
  return { cpu: view.cpu, ...(kernel !== undefined && { kernel }) };
}
