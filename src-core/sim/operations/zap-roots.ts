import type { Machine } from '../machine';
import { maxHugeLevel } from '../memslot';
import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { defineOperation } from './operation';
import { takesWholeTables, zapEntries } from './zap-entries';

/** Takes everything below a root away: `tdp_mmu_zap_root()`. @returns whether something was zapped */
function* zapRoot(task: Task, root: ShadowPage, why: Reason): Steps<boolean> {
  const { machine } = task;
  const range = { start: 0, end: machine.endGfn };
  const common = { why, mayYield: true };
  if (machine.kind.operations.zapsWholeTables) {
    return yield* zapEntries(task, root, range, { ...common, takes: takesWholeTables(range) });
  }
  // Since v5.18 in two passes, so that no single entry takes the time of a whole root.
  let flush = false;
  for (const level of [maxHugeLevel, root.level]) {
    flush = yield* zapEntries(
      task,
      root,
      { ...range, minLevel: level },
      { ...common, takes: (iter) => iter.level <= level },
      flush,
    );
  }
  return flush;
}

/**
 * `kvm_mmu_zap_all_fast()`: roots become invalid at once; what hangs below them goes afterwards. The
 * caller holds the lock of the slots, so that no two of these meet.
 */
export function* zapAllFast(task: Task): Steps<string> {
  const { machine } = task;
  const { operations } = machine.kind;
  yield* task.lock('exclusive');
  if (!operations.fastZap) {
    let flush = false;
    for (const root of machine.rootsOf(null, 'valid')) {
      flush = (yield* zapRoot(task, root, 'zap-root')) || flush;
    }
    if (flush) yield* task.flush();
    yield* task.unlock();
    return 'all roots zapped';
  }
  // A mirror's tables are the TDX module's: they are not given up in one go.
  for (const root of machine.rootsOf(null, 'direct')) {
    machine.journal.assign(root, 'invalid', true);
    const { level, asId, table } = root;
    machine.note('root-invalidated', { table: table.pa, level, asId });
  }
  yield* task.unlock();
  yield* task.lock(operations.locks.zapInvalidRoots);
  let flush = false;
  for (const root of machine.rootsOf(null, 'all').filter(({ invalid }) => invalid)) {
    flush = (yield* zapRoot(task, root, 'zap-invalid-root')) || flush;
    freeRoot(machine, root);
  }
  if (flush && operations.fastZapFlushes) yield* task.flush();
  yield* task.unlock();
  return 'roots invalidated and zapped';
}

/** The last reference is gone. Source: `kvm_tdp_mmu_put_root()`. */
function freeRoot(machine: Machine, root: ShadowPage): void {
  machine.journal.removeFrom(machine.roots, root);
  machine.pages.unlink(root);
  machine.pages.freeLater(root);
}

export const fastZap = defineOperation({
  name: 'fast-zap',
  title: 'Zap All (fast)',
  summary: 'Invalidates all roots, so that vCPUs get new ones, and zaps the old ones afterwards.',
  source: 'kvm_mmu_zap_all_fast(), kvm_tdp_mmu_zap_invalidated_roots()',
  parameters: {},
  run: (task) => task.changingSlots(() => zapAllFast(task)),
});

export const zapAll = defineOperation({
  name: 'zap-all',
  title: 'Zap All',
  summary: 'Takes everything away under the exclusive lock, as when the VM goes; the roots stay.',
  source: 'kvm_tdp_mmu_zap_all()',
  parameters: {},
  *run(task, _args, machine) {
    yield* task.lock('exclusive');
    let flush = false;
    for (const root of machine.rootsOf(null, 'direct-or-invalid')) {
      flush = (yield* zapRoot(task, root, 'zap-root')) || flush;
    }
    if (flush) yield* task.flush();
    yield* task.unlock();
    return 'all roots zapped';
  },
});
