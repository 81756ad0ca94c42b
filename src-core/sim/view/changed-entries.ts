import type { SimEvent } from '../event-log';
import type { World } from '../world';

/** More events than this are not looked through: who runs that far does not look for single entries. */
const mostEvents = 50_000;

/** What a table in the guest's own memory is found by: its address may be a host table's as well. */
export function guestTableKey(table: number): number {
  return -1 - table;
}

function keyOf(kind: SimEvent['kind'], table: number): number {
  return kind === 'guest-write' || kind === 'emulated' ? guestTableKey(table) : table;
}

/** Entries that events of a stretch wrote: indices by the table's address. */
export function changedEntries(
  { events }: Pick<World, 'events'>,
  from: number,
): ReadonlyMap<number, ReadonlySet<number>> {
  const changed = new Map<number, Set<number>>();
  const first = Math.max(from, events.length - mostEvents);
  for (const event of events.from(first)) {
    // The same address is another table afterwards.
    if (event.kind === 'table-freed' && event.table !== null) changed.delete(event.table);
    if (event.table === null || event.index === null || event.new === null) continue;
    if (event.new === event.old) continue;
    const key = keyOf(event.kind, event.table);
    const indices = changed.get(key);
    if (indices) indices.add(event.index);
    else changed.set(key, new Set([event.index]));
  }
  return changed;
}
