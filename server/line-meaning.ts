import { type DecodedEntry, decodeEntry, type DumpWord, type LogEvent } from '../src-core/index';
import { askEntry, type EntryQuestion } from './ask-entry';
import { findEntry } from './entry-place';
import { entryRange } from './entry-range';
import type { FileView } from './file-view';
import { entryHint, goesOn } from './render/entry-hint';
import type { TableChoice } from './table-choice';

/** Between the entries of one line. */
const between = ' | ';
const nothing = '–';

/** What the entries of a line mean, in short, and the column behind which it may be said. */
export interface LineMeaning {
  readonly text: string;
  readonly end: number;
}

/** The entries of a dump's line, or of an event; `undefined`: nothing to say of the line. */
export function lineMeaning(view: FileView, line: number, full: boolean): LineMeaning | undefined {
  return dumpMeaning(view, line, full) ?? eventMeaning(view, line, full);
}

function dumpMeaning(view: FileView, line: number, full: boolean): LineMeaning | undefined {
  const { tables } = view;
  if ('problem' in tables) return undefined;
  const words = view.index.dumpLine(line, view.entryBytes)?.words ?? [];
  const places = words.map((word) => entryOfWord(view, tables, word));
  const hints: (string | undefined)[] = [];
  for (let at = 0; at < places.length;) {
    const first = places[at];
    let next = at + 1;
    for (let place = first; place && next < places.length; next++) {
      const after = places[next];
      if (!after || !goesOn(place.entry, after.entry)) break;
      place = after;
    }
    const count = next - at;
    hints.push(first && entryHint(first.entry, { input: first.input, full, count }));
    at = next;
  }
  if (hints.every((hint) => hint === undefined)) return undefined;
  const text = hints.map((hint) => hint ?? nothing).join(between);
  return { text, end: view.index.lineText(line).trimEnd().length };
}

/** A word as the entry it is, with the first input address it translates. */
function entryOfWord(
  view: FileView,
  tables: TableChoice,
  { address, bytes, value }: DumpWord,
): { readonly entry: DecodedEntry; readonly input: bigint } | undefined {
  const place = bytes === view.entryBytes ? findEntry(tables, address) : undefined;
  if (!place) return undefined;
  const entry = quickly(view.tableQuestion(value, place.table.level, tables));
  return entry && { entry, input: entryRange(tables, place).first };
}

function eventMeaning(view: FileView, line: number, full: boolean): LineMeaning | undefined {
  const event = view.index.logEvent(line);
  if (!event) return undefined;
  const entries = event.fields.flatMap(({ role, value, level }) =>
    value !== null && (role === 'old-spte' || role === 'new-spte' || role === 'spte')
      ? [eventEntry(view, event, value, level)]
      : [],
  );
  if (entries.length === 0) return undefined;
  const hints = entries.map((entry) => entry && entryHint(entry, { input: null, full }));
  if (hints.every((hint) => hint === undefined)) return undefined;
  const text = hints.map((hint) => hint ?? 'empty').join(' ⇒ ');
  return { text, end: view.index.lineText(line).trimEnd().length };
}

function eventEntry(
  view: FileView,
  { fields, hints }: LogEvent,
  value: bigint,
  ownLevel: number | undefined,
): DecodedEntry | undefined {
  const told = fields.find(({ role }) => role === 'level')?.value;
  const level = ownLevel ?? (told == null ? undefined : Number(told));
  return quickly(view.loneQuestion(value, level, hints?.formats[0]));
}

/** An entry without what makes sure of its kernel: hints are asked for a screenful at a time. */
function quickly(question: EntryQuestion): DecodedEntry | undefined {
  const { value, format, level, kernel, layout, cpu } = question;
  if (format === undefined || level === undefined) {
    const reply = askEntry(question);
    return 'problem' in reply ? undefined : reply.entry;
  }
  const entry = decodeEntry({
    value,
    format,
    level,
    cpu,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  });
  return 'problem' in entry ? undefined : entry;
}
