import { restoreAccessTracked } from '../../kvm/access-tracking';
import {
  isAccessTracked,
  isLast,
  isLocklesslyWritable,
  isShadowPresent,
  isWritable,
} from '../../kvm/spte';
import { markDirty } from '../change-accounts';
import type { Machine } from '../machine';
import type { Steps } from '../micro-step';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { type FaultRequest, isAccessAllowed } from './fault-plan';

const writeBit = 2n;
/** Then the slow path takes over. Source: `fast_page_fault()`, mmu.c. */
const mostTries = 4;

/**
 * `fast_page_fault()`: gives access back without the lock, where only KVM's own tracking took it away.
 * @returns null: the slow path must do it
 */
export function* fastFault(
  task: Task,
  root: ShadowPage,
  request: FaultRequest,
): Steps<FastOutcome | null> {
  const { pages } = task.machine;
  pages.enterReader();
  const outcome = yield* tryFast(task, root, request);
  pages.leaveReader();
  return outcome;
}

type FastOutcome = 'fixed without the lock' | 'spurious';

function* tryFast(task: Task, root: ShadowPage, request: FaultRequest): Steps<FastOutcome | null> {
  const { machine } = task;
  const { masks } = machine.kind;
  const { gfn, asId, access } = request;
  for (let tries = 0; tries < mostTries; tries++) {
    const { page, level, index, spte } = machine.lookup(root, gfn);
    yield task.step('look');
    if (!isShadowPresent(masks, spte) || !isLast(spte, level)) return null;
    if (isAccessAllowed(masks, spte, access)) return 'spurious';
    const value = mended(machine, request, spte, level);
    if (value === spte || !isAccessAllowed(masks, value, access)) return null;
    const place = { table: page.table.pa, index, level, gfn, asId };
    const found = page.table.entry(index);
    if (found !== spte) {
      machine.note('exchange-failed', { ...place, old: spte, new: found, why: 'fast-fault' });
      continue;
    }
    machine.store(page.table, index, value);
    machine.note('write', { ...place, old: spte, new: value, why: 'fast-fault' });
    if (isWritable(value) && !isWritable(spte)) markDirty(machine, gfn, asId);
    yield task.step('write');
    return 'fixed without the lock';
  }
  machine.warn('Fast #PF retrying more than 4 times.');
  return null;
}

/** The entry with what tracking and write-protection took away. */
function mended(machine: Machine, request: FaultRequest, spte: bigint, level: number): bigint {
  const { masks } = machine.kind;
  let value = spte;
  if (isAccessTracked(masks, spte) === true) {
    value = restoreAccessTracked(masks, value);
    if (masks.era.accessTracking?.clearsAccessed === true) value |= masks.accessed;
  }
  if (request.access !== 'write' || !isLocklesslyWritable(masks, value)) return value;
  // A huge page whose writes are logged must be split first.
  const logged = machine.slotOf(request.gfn, request.asId)?.dirtyLog === true;
  return level > 1 && logged ? value : value | writeBit;
}
