import type { DecodedEntry, LogEvent, LogField, WordAt } from '../src-core/index';
import { askEntry } from './ask-entry';
import { findEntry } from './entry-place';
import type { FileView } from './file-view';
import { mapsMemory } from './render/entry-kinds';
import type { TableChoice } from './table-choice';

/** What a place in a file names, so that its uses can be looked for. */
export type AskedAbout =
  /** A table by its byte address, whether the file holds it or not. */
  | { readonly kind: 'table'; readonly tables: TableChoice; readonly address: bigint }
  /** A page of memory, by any byte address in it. */
  | { readonly kind: 'page'; readonly tables: TableChoice; readonly address: bigint }
  /** A page of a guest, as the events of a trace name it. */
  | { readonly kind: 'gfn'; readonly gfn: bigint };

/** Entries of dumps and events by what they lead to; `undefined`: nothing that has uses. */
export function askedAbout(view: FileView, line: number, column: number): AskedAbout | undefined {
  const word = view.index.wordAt(line, column, view.entryBytes);
  switch (word?.kind) {
    case 'dump-word':
      return targetOf(view, word);
    case 'dump-address':
      return tableAt(view, word.line.address);
    case 'log-field':
      return byField(view, word.field, word.event);
    case 'plain':
      return byAddress(view, word.physical);
    case undefined:
      return undefined;
  }
}

/** The entry at a dump's word, read in its table's place. */
export function entryAt(
  view: FileView,
  tables: TableChoice,
  word: Extract<WordAt, { kind: 'dump-word' }>,
): DecodedEntry | undefined {
  const { address, bytes } = word.word;
  if (bytes !== view.entryBytes) return undefined;
  const level = findEntry(tables, address)?.table.level;
  const reply = askEntry(view.tableQuestion(word.value, level, tables));
  return 'problem' in reply ? undefined : reply.entry;
}

function targetOf(
  view: FileView,
  word: Extract<WordAt, { kind: 'dump-word' }>,
): AskedAbout | undefined {
  const { tables } = view;
  if ('problem' in tables) return undefined;
  const entry = entryAt(view, tables, word);
  if (!entry || entry.address === null) return undefined;
  if (entry.kind === 'table') return { kind: 'table', tables, address: entry.address };
  return mapsMemory(entry.kind) ? { kind: 'page', tables, address: entry.address } : undefined;
}

function tableAt(view: FileView, address: bigint): AskedAbout | undefined {
  const { tables } = view;
  if ('problem' in tables) return undefined;
  const table = findEntry(tables, address)?.table;
  return table && { kind: 'table', tables, address: BigInt(table.address) };
}

/** An address outside of dumps: of a table, or of memory that a leaf may map. */
function byAddress(view: FileView, address: bigint): AskedAbout | undefined {
  const { tables } = view;
  if ('problem' in tables || address >> 52n !== 0n) return undefined;
  const kind = tables.tree.byAddress.has(Number(address)) ? 'table' : 'page';
  return { kind, tables, address };
}

/** What a value of an event is about: a frame of the guest before one of the host. */
function byField(view: FileView, field: LogField, event: LogEvent): AskedAbout | undefined {
  const { role, value } = field;
  if (value === null) return undefined;
  if (role === 'gfn') return { kind: 'gfn', gfn: value };
  if (role === 'gpa') return { kind: 'gfn', gfn: value >> 12n };
  if (role === 'pfn') return byAddress(view, value << 12n);
  if (role === 'hpa' || role === 'root' || role === 'entry-address') return byAddress(view, value);
  const gfn = gfnOf(event);
  return gfn === undefined ? undefined : { kind: 'gfn', gfn };
}

/** The guest's page that an event is about; `undefined`: it names none. */
export function gfnOf(event: LogEvent): bigint | undefined {
  for (const { role, value } of event.fields) {
    if (value === null) continue;
    if (role === 'gfn') return value;
    if (role === 'gpa') return value >> 12n;
  }
  return undefined;
}
