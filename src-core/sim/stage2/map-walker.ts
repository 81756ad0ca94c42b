import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { makeEntry, tryBreak, trySet } from './break-make';
import type { Errno } from './errno';
import { leafAllowed, type MapData, tableBelow, wantedEntry } from './map-data';
import type { Walker } from './pgtable-walk';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';
import type { WalkFlag } from './walk-flags';

/**
 * `stage2_map_walker()` since v6.2: a leaf where it fits, else a table. A table that stands where a
 * block fits is replaced at once; the walk does not go down into it, and it is freed later.
 * Source: Linux 6.12 `hyp/pgtable.c`.
 */
export function mapWalker(task: Stage2Task, data: MapData, flags: readonly WalkFlag[]): Walker {
  return {
    flags: [...flags, 'LEAF', 'TABLE_PRE'],
    visit: (context, visit) =>
      visit === 'TABLE_PRE' ? tablePre(task, context, data) : leaf(task, context, data),
  };
}

/** The walker that fills a table which nobody can see yet. */
export function unlinkedMapWalker(task: Stage2Task, data: MapData): Walker {
  return {
    flags: ['LEAF', 'SKIP_BBM_TLBI', 'SKIP_CMO'],
    visit: (context) => leaf(task, context, data),
  };
}

function* tablePre(task: Stage2Task, context: VisitContext, data: MapData): Steps<Errno | null> {
  const { machine } = task;
  if (!leafAllowed(machine, context, data)) return null;
  const child = machine.tables.childOf(context.old, context.level);
  const error = yield* tryLeaf(task, context, data);
  if (error === null && child) {
    const { table: pa, level, start } = { table: child.pa, level: child.level, start: child.start };
    machine.note('table-unlinked', {
      table: pa,
      level,
      gfn: machine.geometry.frame(start),
      why: 'stage2-collapse',
    });
    machine.tables.freeLater(child, 'stage2-collapse');
  }
  return error;
}

function* leaf(task: Stage2Task, context: VisitContext, data: MapData): Steps<Errno | null> {
  const error = yield* tryLeaf(task, context, data);
  if (error !== 'E2BIG') return error;
  const { machine } = task;
  const child = tableBelow(task, context, data);
  if (typeof child === 'string') return child;
  if (!(yield* tryBreak(task, context))) {
    machine.tables.put(child, 'stage2-table');
    return 'EAGAIN';
  }
  yield* makeEntry(task, context, machine.descriptors.table(child.pa), 'stage2-table');
  return null;
}

/** `stage2_map_walker_try_leaf()` */
function* tryLeaf(task: Stage2Task, context: VisitContext, data: MapData): Steps<Errno | null> {
  const { machine } = task;
  const { descriptors, tables, geometry } = machine;
  const { old, flags, table, level } = context;
  if (!leafAllowed(machine, context, data)) return 'E2BIG';
  const wanted = wantedEntry(machine, context, data);
  if (!descriptors.needsUpdate(old, wanted)) return 'EAGAIN';
  const why: Reason = data.physical === null ? 'stage2-owner' : 'stage2-map';
  if (!flags.has('SHARED') && descriptors.differsInSoftware(old, wanted)) {
    if (descriptors.isCounted(old) && !descriptors.isCounted(wanted)) tables.put(table, why);
    if (!descriptors.isCounted(old) && descriptors.isCounted(wanted)) tables.take(table);
    yield* trySet(task, context, wanted, why);
    return null;
  }
  if (!(yield* tryBreak(task, context))) return 'EAGAIN';
  if (!flags.has('SKIP_CMO') && descriptors.isValid(wanted)) {
    task.cleanCaches(wanted, geometry.size(level), 'instructions');
  }
  yield* makeEntry(task, context, wanted, why);
  return null;
}
