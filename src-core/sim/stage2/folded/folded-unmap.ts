import type { Steps } from '../../micro-step';
import type { Range } from '../map-range';
import type { Stage2Table } from '../stage2-table';
import type { Stage2Task } from '../stage2-task';
import type { EntryPlace } from './folded-place';
import { FoldedWalk } from './folded-walk';

/** Clears a leaf, whole, and drops its reference. */
function* clearLeaf(task: Stage2Task, place: EntryPlace, address: number): Steps {
  const { machine } = task;
  const { tables, geometry } = machine;
  const { table } = place;
  const old = tables.entry(table, place.index);
  machine.store(place, 0n, 'stage2-unmap');
  yield task.at('write');
  yield* task.invalidate({ of: 'address', address, level: null });
  task.cleanCaches(old, geometry.size(table.level), 'data-only');
  tables.put(table, 'stage2-unmap');
}

/** `clear_stage2_pgd_entry()` and its fellows: the table below goes. */
function* clearTable(
  task: Stage2Task,
  parent: EntryPlace,
  table: Stage2Table,
  address: number,
): Steps {
  const { machine } = task;
  machine.store(parent, 0n, 'stage2-table-empty');
  yield task.at('write');
  yield* task.invalidate({ of: 'address', address, level: null });
  machine.tables.put(table, 'stage2-table-empty');
  machine.tables.put(parent.table, 'stage2-table-empty');
}

/** `unmap_stage2_range()`. Source: Linux 4.20 `virt/kvm/arm/mmu.c`. */
export function* foldedUnmap(task: Stage2Task, range: Range): Steps<null> {
  const walk = new FoldedWalk(task, {
    call: 'unmap_stage2',
    leaf: (place, address) => clearLeaf(task, place, address),
    emptied: (parent, table, address) => clearTable(task, parent, table, address),
  });
  yield* walk.run(range);
  return null;
}
