import { makeLeafSpte, makeMmioSpte } from '../../kvm/make-spte';
import { isLast, isParked, isShadowPresent, isWritable } from '../../kvm/spte';
import { markDirty } from '../change-accounts';
import type { Machine } from '../machine';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { setSpte, zapSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import { pagesAtLevel, roundGfn } from '../table-page';
import type { Task } from '../task';
import type { TdpIter } from '../tdp-iter';
import { type FaultPlan, type FaultRequest, isAccessAllowed, loweredGoal } from './fault-plan';
import { allocateChild, linkTable, splitHuge } from './split-huge';

/** How a fault came out. Names follow KVM's `RET_PF_*`. */
export type FaultOutcome = 'fixed' | 'spurious' | 'retry' | 'emulate' | 'no memory';

const executeRight = 1;
/** `ACC_ALL`: execute, write, user. */
const allRights = 7;

/** `kvm_tdp_mmu_map()`: walks to the goal, makes what is missing on the way, installs the entry. */
export function* mapFault(
  task: Task,
  root: ShadowPage,
  request: FaultRequest,
  plan: FaultPlan,
): Steps<FaultOutcome> {
  const { machine } = task;
  const { masks } = machine.kind;
  const end = request.gfn + 1;
  let goal = plan.goalLevel;
  const iter = yield* task.walk(root, { start: request.gfn, end });
  for (; iter.valid && iter.gfn < end; yield* task.next(iter, end)) {
    goal = loweredGoal(machine, iter, goal);
    if (isParked(masks, iter.oldSpte)) return 'retry';
    if (iter.level === goal) return yield* install(task, iter, request, plan.slot);
    const present = isShadowPresent(masks, iter.oldSpte);
    if (present && !isLast(iter.oldSpte, iter.level)) continue;
    const failure = yield* makeTable(task, iter, plan, present);
    if (failure !== null) return failure;
  }
  return 'retry';
}

/** Puts a table below the iterator's entry, which is not present or a huge leaf. */
function* makeTable(
  task: Task,
  iter: TdpIter,
  plan: FaultPlan,
  huge: boolean,
): Steps<FaultOutcome | null> {
  const { machine } = task;
  const { operations } = machine.kind;
  if (huge && !operations.faultSplits) {
    if (!(yield* zapSpte(task, iter, 'fault-zap-huge'))) return 'retry';
    if (!task.shared) yield* task.flush({ gfn: iter.gfn, pages: pagesAtLevel[iter.level]! });
    iter.reread();
  }
  const child = allocateChild(task, iter);
  if (!child) return 'no memory';
  const tracked = plan.reqLevel >= iter.level;
  if (plan.hugeDisallowed && (tracked || !operations.lowersBelowAnyTable)) {
    machine.journal.assign(child, 'nxDisallowed', true);
  }
  const made =
    huge && operations.faultSplits
      ? yield* splitHuge(task, iter, child, 'fault-split-huge')
      : yield* linkTable(task, iter, child, 'fault-link');
  if (!made) {
    machine.pages.discard(child);
    return 'retry';
  }
  if (plan.hugeDisallowed && tracked) machine.pages.trackNx(child);
  return null;
}

/** `tdp_mmu_map_handle_target_level()`. */
function* install(
  task: Task,
  iter: TdpIter,
  request: FaultRequest,
  slot: Memslot | undefined,
): Steps<FaultOutcome> {
  const { machine } = task;
  const { masks, operations, books } = machine.kind;
  const old = iter.oldSpte;
  const wasPresent = isShadowPresent(masks, old);
  const wasLeaf = wasPresent && isLast(old, iter.level);
  const allowed = wasLeaf && slot && isAccessAllowed(masks, old, request.access);
  if (allowed && operations.faultChecksAccess) return 'spurious';
  const value = slot ? leafFor(machine, iter, request, slot) : mmioFor(machine, request.gfn);
  if (value === old) return slot ? 'spurious' : 'emulate';
  if (slot && books.makeLogsWritable && iter.level === 1 && isWritable(value)) {
    markDirty(machine, request.gfn, request.asId);
  }
  const why = slot ? 'fault-map' : 'mmio-install';
  if (!(yield* setSpte(task, iter, value, { why }))) return 'retry';
  if (wasPresent && !wasLeaf && books.removedFlush === 'none') {
    yield* task.flush({ gfn: iter.gfn, pages: pagesAtLevel[iter.level]! });
  }
  return slot ? 'fixed' : 'emulate';
}

function leafFor(machine: Machine, iter: TdpIter, request: FaultRequest, slot: Memslot): bigint {
  const { masks, adDisabled, memoryTypeBits } = machine.kind;
  const { level } = iter;
  const first = roundGfn(request.gfn, level);
  const pfn = (request.private ? slot.privatePfnOf(first) : undefined) ?? slot.pfnOf(first);
  const notExecutable = level > 1 && machine.setup.nxHugePages;
  return makeLeafSpte(masks, {
    level,
    access: notExecutable ? allRights & ~executeRight : allRights,
    pfn: BigInt(pfn),
    hostWritable: request.private || slot.hostWritable(request.gfn),
    prefetch: request.prefetch,
    adDisabled,
    memoryTypeBits,
  });
}

function mmioFor(machine: Machine, gfn: number): bigint {
  const { masks } = machine.kind;
  return makeMmioSpte(masks, BigInt(gfn), allRights, machine.state.generation).spte;
}
