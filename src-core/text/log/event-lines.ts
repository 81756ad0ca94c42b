import type { LogEvent } from './log-event';
import { knownEvents } from './registry';

/** Lines that are one event, first and last of them, counted from 0. */
export interface EventLines {
  readonly first: number;
  readonly last: number;
}

/** The event of a line, as a text index gives it. */
type EventOfLine = (line: number) => LogEvent | undefined;

/** Other lines, of another CPU or of the log itself, may stand between an event's; but not many. */
const reach = 16;

const headsByName: ReadonlyMap<string, readonly string[]> = new Map(
  knownEvents.flatMap(({ spec }) => (spec.partOf ? [[spec.name, spec.partOf] as const] : [])),
);

/**
 * The lines that say one thing together with a line: a hierarchy of SPTEs with its headline, an oops
 * with its page-table line. A line that nothing goes on from is alone.
 */
export function linesOfEvent(line: number, eventOf: EventOfLine): EventLines {
  const event = eventOf(line);
  if (!event) return { first: line, last: line };
  const heads = headsByName.get(event.name);
  const first = heads ? headLine(line, heads, eventOf) : line;
  const head = eventOf(first);
  return { first, last: head ? Math.max(line, lastLine(first, head.name, eventOf)) : line };
}

/** The nearest line above that began the event; the line itself where none did. */
function headLine(line: number, heads: readonly string[], eventOf: EventOfLine): number {
  for (let at = line - 1, gap = 0; at >= 0 && gap < reach; at--, gap++) {
    const name = eventOf(at)?.name;
    if (name === undefined) continue;
    if (heads.includes(name)) return at;
    if (headsByName.get(name)?.some((head) => heads.includes(head))) gap = 0;
  }
  return line;
}

function lastLine(first: number, head: string, eventOf: EventOfLine): number {
  let last = first;
  for (let at = first + 1; at - last <= reach; at++) {
    const name = eventOf(at)?.name;
    if (name === head) break;
    if (name !== undefined && headsByName.get(name)?.includes(head)) last = at;
  }
  return last;
}
