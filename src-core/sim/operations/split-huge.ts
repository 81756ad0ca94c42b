import { makeTableSpte } from '../../kvm/make-spte';
import { mappingCounter } from '../counters';
import { splitSpte } from '../huge-spte';
import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { setSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import { entriesPerTable } from '../table-page';
import type { Task } from '../task';
import type { TdpIter } from '../tdp-iter';

/** Puts a table in the iterator's entry. @returns whether nobody else was faster */
export function* linkTable(
  task: Task,
  iter: TdpIter,
  child: ShadowPage,
  why: Reason,
): Steps<boolean> {
  const { masks, adDisabled } = task.machine.kind;
  const linked = yield* setSpte(
    task,
    iter,
    makeTableSpte(masks, BigInt(child.table.pa), adDisabled),
    { why },
  );
  if (linked) {
    const { level, gfn, asId } = iter;
    task.machine.note('table-linked', { table: child.table.pa, level, gfn, asId, why });
  }
  return linked;
}

/**
 * Replaces a huge leaf by a table that maps the same: `tdp_mmu_split_huge_page()`. No TLB flush: both
 * translations are equal. @returns whether nobody else was faster; if not, the table is still unused
 */
export function* splitHuge(
  task: Task,
  iter: TdpIter,
  child: ShadowPage,
  why: Reason,
): Steps<boolean> {
  const { machine } = task;
  const huge = iter.oldSpte;
  for (let index = 0; index < entriesPerTable; index++) {
    const small = splitSpte(machine.kind.masks, huge, iter.level, index, machine.setup.nxHugePages);
    machine.store(child.table, index, small);
  }
  if (!(yield* linkTable(task, iter, child, why))) return false;
  const counter = mappingCounter(child.level);
  if (counter) machine.counters.add(counter, entriesPerTable);
  const { level, gfn, asId } = iter;
  machine.note('split', { level, gfn, asId, old: huge, table: child.table.pa, why });
  return true;
}

/** A table for the place below the iterator's entry; undefined: no memory. */
export function allocateChild(task: Task, iter: TdpIter): ShadowPage | undefined {
  const { level, gfn, asId, table } = iter;
  const { pages } = task.machine;
  const mirror = pages.get(table.pa)?.mirror === true;
  return pages.allocate({ level: level - 1, gfn, asId, mirror, root: false });
}
