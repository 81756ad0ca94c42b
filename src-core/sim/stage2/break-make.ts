import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';

/**
 * `stage2_try_set_pte()`: compare-and-exchange where other walkers run, else a plain store.
 * @returns false: somebody else was faster
 */
export function* trySet(
  task: Stage2Task,
  context: VisitContext,
  value: bigint,
  why: Reason,
): Steps<boolean> {
  const { machine } = task;
  const { table, index, old, flags } = context;
  const found = machine.tables.entry(table, index);
  if (flags.has('SHARED') && found !== old) {
    machine.note('exchange-failed', {
      ...machine.placeOf(table, index),
      old: found,
      new: value,
      why,
    });
    yield task.at('retry');
    return false;
  }
  machine.store(context, value, why);
  yield task.at('write');
  return true;
}

/**
 * The first half of break-before-make: nobody may use the entry from here on. Until v6.1 it is simply
 * emptied; since then it is LOCKED, which other walkers see.
 * Source: Linux 6.12 `stage2_try_break_pte()`; 6.1 `stage2_put_pte()`.
 * @returns false: somebody else has it
 */
export function* tryBreak(task: Stage2Task, context: VisitContext): Steps<boolean> {
  const { machine } = task;
  const { descriptors, tables } = machine;
  const { table, index, old, flags } = context;
  if (descriptors.isLocked(old)) {
    if (!flags.has('SHARED')) machine.warn('stage2_try_break_pte: LOCKED, but nobody else walks');
    return false;
  }
  const found = tables.entry(table, index);
  if (flags.has('SHARED') && found !== old) {
    machine.note('exchange-failed', { ...machine.placeOf(table, index), old: found });
    yield task.at('retry');
    return false;
  }
  if (descriptors.broken !== old) {
    machine.store(context, descriptors.broken, 'stage2-break', 'broken');
    yield task.at('broken');
  }
  if (!flags.has('SKIP_BBM_TLBI')) yield* invalidateBroken(task, context);
  if (descriptors.isCounted(old)) tables.put(table, 'stage2-break');
  return true;
}

function* invalidateBroken(task: Stage2Task, { old, level, addr }: VisitContext): Steps {
  const { descriptors, geometry, setup } = task.machine;
  if (!descriptors.isValid(old)) return;
  if (!descriptors.isTable(old, level)) {
    yield* task.invalidate({ of: 'address', address: addr, level });
  } else if (setup.walker.tableFlush === 'vmid') {
    yield* task.invalidate({ of: 'vmid' });
  } else {
    const address = geometry.alignDown(addr, level);
    yield* task.invalidate({ of: 'range', address, bytes: geometry.size(level) });
  }
}

/** The second half: the new value, with its reference. `stage2_make_pte()` */
export function* makeEntry(
  task: Stage2Task,
  context: VisitContext,
  value: bigint,
  why: Reason,
): Steps {
  const { machine } = task;
  if (machine.descriptors.isCounted(value)) machine.tables.take(context.table);
  machine.store(context, value, why);
  if (machine.descriptors.isTable(value, context.level)) {
    const { level, gfn } = machine.placeOf(context.table, context.index);
    const child = machine.descriptors.address(value);
    machine.note('table-linked', { table: child, level: level!, gfn: gfn!, why });
  }
  yield task.at('write');
}
