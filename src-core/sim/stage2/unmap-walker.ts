import type { Steps } from '../micro-step';
import type { Errno } from './errno';
import { type Walker, walkRange } from './pgtable-walk';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';

/** TLBIs are left to one at the end: `stage2_unmap_defer_tlb_flush()`. */
function defersFlush({ machine }: Stage2Task): boolean {
  const { walker, rangeTlbi, descriptors } = machine.setup;
  return walker.mayDeferUnmapFlush && rangeTlbi && descriptors.fwb;
}

function* unmapEntry(task: Stage2Task, context: VisitContext): Steps<Errno | null> {
  const { machine } = task;
  const { descriptors, tables, geometry } = machine;
  const { old, level, table, addr } = context;
  if (!descriptors.isValid(old)) {
    if (!descriptors.isCounted(old)) return null;
    machine.store(context, 0n, 'stage2-unmap');
    tables.put(table, 'stage2-unmap');
    yield task.at('write');
    return null;
  }
  const child = tables.childOf(old, level);
  if (child && child.count !== 1) return null;
  machine.store(context, 0n, child ? 'stage2-table-empty' : 'stage2-unmap');
  yield task.at('write');
  if (child) {
    yield* task.invalidate({ of: 'address', address: addr, level: null });
  } else if (!defersFlush(task)) {
    yield* task.invalidate({ of: 'address', address: addr, level });
  }
  tables.put(table, 'stage2-unmap');
  if (child) tables.put(child, 'stage2-table-empty');
  else task.cleanCaches(old, geometry.size(level), 'data-only');
  return null;
}

/**
 * `kvm_pgtable_stage2_unmap()`: leaves of the range go, a block whole even where only a part of it
 * was asked for; a table goes when nothing but its own reference is left.
 * Source: Linux 6.12 `stage2_unmap_walker()`.
 */
export function* unmapRange(task: Stage2Task, address: number, bytes: number): Steps<Errno | null> {
  const walker: Walker = {
    flags: ['LEAF', 'TABLE_POST'],
    visit: (context) => unmapEntry(task, context),
  };
  const error = yield* walkRange(task, walker, address, bytes);
  if (defersFlush(task)) yield* task.invalidate({ of: 'range', address, bytes });
  return error;
}
