import type { World } from '../world';

/** More events than this are not looked through: who runs that far does not look for single entries. */
const mostEvents = 50_000;

/** Entries that events of a stretch wrote: indices by the table's address. */
export function changedEntries(
  { events }: Pick<World, 'events'>,
  from: number,
): ReadonlyMap<number, ReadonlySet<number>> {
  const changed = new Map<number, Set<number>>();
  const first = Math.max(from, events.length - mostEvents);
  for (const event of events.from(first)) {
    if (event.table === null || event.index === null || event.new === null) continue;
    if (event.new === event.old) continue;
    const indices = changed.get(event.table);
    if (indices) indices.add(event.index);
    else changed.set(event.table, new Set([event.index]));
  }
  return changed;
}
