import { type LogEvent, missingChild, type TableGraph, whoMapsSteps } from '../src-core/index';
import { type AskedAbout, gfnOf } from './asked-about';
import type { FileView } from './file-view';
import type { Place } from './protocol';
import { growingGraph } from './table-graphs';
import { placeOfWord } from './text-places';

/** Places listed at most. */
const most = 10_000;
/** Lines of a trace looked at between two pauses. */
const stretch = 512;

/**
 * Where a file names the same thing: entries that point at a table, leaves that map a page, events
 * about a guest's page. In the order of entries and lines.
 */
export function* usesOf(view: FileView, about: AskedAbout): Generator<void, Place[]> {
  if (about.kind === 'gfn') return yield* eventsOf(view, about.gfn);
  const graph = growingGraph(about.tables);
  if (about.kind === 'table') {
    while (graph.advance(16)) yield;
    return pointersTo(view, graph, Number(about.address));
  }
  const { uses } = yield* whoMapsSteps(graph, about.address, most);
  const entries = new Set(
    uses.filter(({ kind }) => kind === 'leaf').map(({ entryAddress }) => entryAddress),
  );
  return [...entries].flatMap((entry) => placeOfWord(view, entry) ?? []);
}

/** Entries that point at a table, at whichever level it is read. */
export function pointersTo(view: FileView, graph: TableGraph, address: number): Place[] {
  const entries = new Set<number>();
  for (let entry = 0; entry < graph.child.length && entries.size < most; entry++) {
    const child = graph.child.at(entry);
    const target = child >= missingChild - 1 ? graph.target(entry) : graph.address.at(child);
    if (target === address) entries.add(graph.entryAddress(entry));
  }
  return [...entries].flatMap((entry) => placeOfWord(view, BigInt(entry)) ?? []);
}

/** Events about a guest's page. */
function* eventsOf(view: FileView, gfn: bigint): Generator<void, Place[]> {
  const digits = gfn.toString(16);
  const places: Place[] = [];
  let looked = 0;
  for (const { line } of view.index.events()) {
    if (++looked % stretch === 0) yield;
    // Most lines do not have the digits anywhere: they need not be read as events.
    if (!view.index.lineText(line).toLowerCase().includes(digits)) continue;
    const event = view.index.logEvent(line);
    const place = event && gfnOf(event) === gfn ? placeIn(view, line, event) : undefined;
    if (place) places.push(place);
    if (places.length >= most) break;
  }
  return places;
}

function placeIn({ uri }: FileView, line: number, event: LogEvent): Place {
  const field = event.fields.find(({ role }) => role === 'gfn' || role === 'gpa') ?? event;
  return { uri, line, start: field.start, end: field.end };
}
