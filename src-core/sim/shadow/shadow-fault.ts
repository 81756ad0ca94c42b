import type { Steps } from '../micro-step';
import { type Fault, type FaultOutcome, fetch } from './fetch';
import {
  executeRight,
  type GuestAccess,
  type GuestWalk,
  userRight,
  walkGuest,
  writeRight,
} from './guest-walk';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';
import { ShadowWalk } from './shadow-walk';
import { makeRoom } from './zap-page';

/** How a fault came out; a fault of the guest's own making carries its error code. */
export type PageFault =
  | { readonly kind: FaultOutcome | 'read-only' }
  /** Emulated: the frame holds a table of the guest, or is no memory. */
  | { readonly kind: 'emulate-write'; readonly walk: GuestWalk }
  | { readonly kind: 'guest-fault'; readonly errorCode: number };

/**
 * `FNAME(page_fault)`: the guest's tables are asked first; what they do not allow is the guest's own
 * fault.
 * @param present the shadow had an entry that did not allow the access
 */
export function* handleShadowFault(
  task: ShadowTask,
  access: GuestAccess,
  present: boolean,
): Steps<PageFault> {
  const { machine } = task;
  machine.counters.add('faults', 1);
  const before = whatFaultsRelyOn(machine);
  const walk = yield* walkGuest(task, access);
  if ('errorCode' in walk) {
    const code = `0x${walk.errorCode.toString(16)}`;
    machine.counters.add('guest_faults', 1);
    machine.note('guest-fault', { text: `#PF error code ${code}` });
    return { kind: 'guest-fault', errorCode: walk.errorCode };
  }
  if (present && access.write && machine.writeTracked.has(walk.gfn)) {
    clearFlooding(machine, access.gva);
    return { kind: 'emulate-write', walk };
  }
  yield* task.topUpCaches();
  const slot = machine.slotOf(walk.gfn) ?? null;
  if (slot && access.write && !slot.hostWritable(walk.gfn)) return { kind: 'read-only' };
  const rights = rightsOf(machine, access, walk, slot !== null);
  yield* task.lockAlone();
  const fault: Fault = { access, walk, rights, slot };
  const outcome = yield* underLock(task, fault, before);
  yield* task.unlock();
  return outcome === 'emulate' && slot ? { kind: 'emulate-write', walk } : { kind: outcome };
}

/**
 * What a fault found out without the lock holds as long as the host moved no page, and no other CPU
 * loaded other tables: all of a machine's CPUs run on the same.
 */
function whatFaultsRelyOn({ state }: ShadowMachine): readonly unknown[] {
  return [state.invalidations, state.cr3, state.pdptrs];
}

function* underLock(
  task: ShadowTask,
  fault: Fault,
  before: readonly unknown[],
): Steps<FaultOutcome> {
  // `is_page_fault_stale()`: what was found without the lock may be no longer so.
  const now = whatFaultsRelyOn(task.machine);
  if (now.some((value, at) => value !== before[at])) return 'retry';
  if (!(yield* makeRoom(task))) return 'no memory';
  return yield* fetch(task, fault);
}

/**
 * With CR0.WP off the supervisor writes to read-only pages: such a mapping is writable, and not for
 * the user, so that the user's write still faults.
 */
function rightsOf(
  machine: ShadowMachine,
  access: GuestAccess,
  walk: GuestWalk,
  memory: boolean,
): number {
  const overrides =
    access.write &&
    memory &&
    !access.user &&
    !machine.setup.cr0Wp &&
    (walk.access & writeRight) === 0;
  return overrides
    ? (walk.access | writeRight) & ~userRight & (writeRight | executeRight)
    : walk.access;
}

/** `shadow_page_table_clear_flood()`. */
function clearFlooding(machine: ShadowMachine, gva: number): void {
  for (const walk = new ShadowWalk(machine, gva); walk.okay; walk.next()) {
    machine.journal.assign(walk.page!, 'writeFlooding', 0);
  }
}
