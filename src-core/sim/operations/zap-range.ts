import type { Steps } from '../micro-step';
import type { LockMode } from '../mmu-lock';
import type { RootSelection } from '../root-selection';
import type { Task, WalkRange } from '../task';
import { defineOperation, rangeConflict } from './operation';
import { endParameter, openChoice, startParameter } from './parameter';
import { takesLeafs, takesWholeTables, zapEntries } from './zap-entries';

/** How a range is zapped. */
interface ZapMode {
  readonly lock: Exclude<LockMode, 'none'>;
  readonly mayYield: boolean;
  /** Left out: all roots. */
  readonly roots?: RootSelection;
}

/**
 * Zaps a range in every root of an address space or of all, invalid ones too, and flushes at the end.
 * @param finish done before the lock is given back
 */
export function* zapRangeOfRoots(
  task: Task,
  range: WalkRange,
  asId: number | null,
  { lock, mayYield, roots = 'all' }: ZapMode,
  finish: () => void = () => undefined,
): Steps<string> {
  const { machine } = task;
  const { zapsWholeTables } = machine.kind.operations;
  const takes = zapsWholeTables ? takesWholeTables(range) : takesLeafs;
  const why = zapsWholeTables ? 'zap-range' : 'zap-leafs';
  yield* task.lock(lock);
  let flush = false;
  for (const root of machine.rootsOf(asId, roots)) {
    flush = yield* zapEntries(task, root, range, { why, mayYield, takes }, flush);
  }
  if (flush) yield* task.flush();
  finish();
  yield* task.unlock();
  return 'zapped';
}

export const zapRange = defineOperation({
  name: 'zap-range',
  title: 'Zap a Range',
  summary: 'Takes the mappings of a range away: until v5.17 whole tables too, later leaves only.',
  source: 'kvm_zap_gfn_range(), zap_gfn_range(), tdp_mmu_zap_leafs()',
  parameters: {
    start: startParameter,
    end: endParameter,
    lock: openChoice('how the lock is held', ['exclusive', 'shared'] as const),
  },
  conflict: (args, _setup, { operations }) => {
    if (args.lock !== null && !operations.zapRangeLocks.includes(args.lock)) {
      return {
        name: 'lock',
        message: `this kernel zaps ranges under the ${operations.zapRangeLocks.join(' or ')} lock`,
      };
    }
    return rangeConflict(args);
  },
  run: (task, { start, end, lock }) =>
    zapRangeOfRoots(task, { start, end }, null, {
      lock: lock ?? 'exclusive',
      mayYield: true,
    }),
});

export const zapLeafs = defineOperation({
  name: 'zap-leafs',
  title: 'Zap All Leafs',
  summary: 'Takes every mapping away; the tables stay.',
  source: 'kvm_tdp_mmu_zap_leafs(), v5.18 and later',
  parameters: {},
  refusal: ({ operations }) =>
    operations.zapsWholeTables ? 'until v5.17 a zap takes whole tables: use zap-range' : null,
  run: (task) =>
    zapRangeOfRoots(task, { start: 0, end: task.machine.endGfn }, null, {
      lock: 'exclusive',
      mayYield: true,
    }),
});
