import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { makeEntry, tryBreak, trySet } from './break-make';
import type { Errno } from './errno';
import { leafAllowed, type MapData, tableBelow, wantedEntry } from './map-data';
import type { Walker } from './pgtable-walk';
import type { Stage2Table } from './stage2-table';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';

/** A table that gives way to a block: its entry is cleared already. */
interface Anchor {
  readonly table: Stage2Table;
  readonly index: number;
  readonly child: Stage2Table | undefined;
}

/**
 * `stage2_map_walker()` from v5.10 to v6.1. Where a block takes a table's place, its entry is the
 * anchor: cleared on the way down, references below dropped, tables freed on the way up, and the
 * block written when the walk is back at the anchor. Source: Linux 6.1 `hyp/pgtable.c`.
 */
export function anchoredMapWalker(task: Stage2Task, data: MapData): Walker {
  let anchor: Anchor | null = null;
  const { machine } = task;

  function* tablePre(context: VisitContext): Steps<Errno | null> {
    if (anchor || !leafAllowed(machine, context, data)) return null;
    const { table, index, old, level } = context;
    anchor = { table, index, child: machine.tables.childOf(old, level) };
    machine.store(context, 0n, 'stage2-collapse', 'broken');
    yield task.at('broken');
    yield* task.invalidate({ of: 'vmid' });
    return null;
  }

  function* leaf(context: VisitContext): Steps<Errno | null> {
    if (!anchor) return yield* mapLeaf(task, context, data);
    if (machine.descriptors.isCounted(context.old)) {
      machine.tables.count(context.old, context.level, -1);
      machine.tables.put(context.table, 'stage2-collapse');
    }
    return null;
  }

  function* tablePost(context: VisitContext): Steps<Errno | null> {
    if (!anchor) return null;
    const { table, index, old, level } = context;
    const child = machine.tables.childOf(old, level);
    if (anchor.table !== table || anchor.index !== index) {
      machine.tables.put(table, 'stage2-collapse');
      if (child) machine.tables.put(child, 'stage2-collapse');
      return null;
    }
    const { child: replaced } = anchor;
    anchor = null;
    // The entry is clear since TABLE_PRE, but its reference on this table was kept.
    machine.tables.put(table, 'stage2-collapse');
    const error = yield* mapLeaf(task, { ...context, old: 0n }, data);
    if (replaced) machine.tables.put(replaced, 'stage2-collapse');
    return error;
  }

  const visitors = { TABLE_PRE: tablePre, LEAF: leaf, TABLE_POST: tablePost };
  return {
    flags: ['TABLE_PRE', 'LEAF', 'TABLE_POST'],
    visit: (context, visit) => visitors[visit](context),
  };
}

function* mapLeaf(task: Stage2Task, context: VisitContext, data: MapData): Steps<Errno | null> {
  const { machine } = task;
  const { descriptors, geometry } = machine;
  const why: Reason = data.physical === null ? 'stage2-owner' : 'stage2-map';
  if (leafAllowed(machine, context, data)) {
    const wanted = wantedEntry(machine, context, data);
    const { old } = context;
    if (descriptors.isCounted(old)) {
      if (!descriptors.needsUpdate(old, wanted)) return 'EAGAIN';
      if (descriptors.differsInSoftware(old, wanted)) {
        yield* trySet(task, context, wanted, why);
        return null;
      }
      yield* tryBreak(task, context);
    }
    if (descriptors.isValid(wanted)) {
      task.cleanCaches(wanted, geometry.size(context.level), 'instructions');
    }
    yield* makeEntry(task, context, wanted, why);
    return null;
  }
  const child = tableBelow(task, context, data);
  if (typeof child === 'string') return child;
  if (descriptors.isCounted(context.old)) yield* tryBreak(task, context);
  yield* makeEntry(task, context, descriptors.table(child.pa), 'stage2-table');
  return null;
}
