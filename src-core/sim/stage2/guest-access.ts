import type { Steps } from '../micro-step';
import { makeYoung } from './attribute-walkers';
import { type Errno, outcome } from './errno';
import { foldedAbort } from './folded/folded-abort';
import { type FaultKind, abortText, type GuestAccess, type MemoryAbort } from './memory-abort';
import type { FoundStage2Entry } from './stage2-machine';
import type { Stage2Task } from './stage2-task';
import { userMemAbort } from './user-mem-abort';

/** More than any access meets, lost races among them. */
const mostFaults = 64;

/** What is in an access's way; `null`: nothing. Source: Arm ARM (DDI 0487) D8.4, stage 2. */
function faultOf(
  { machine }: Stage2Task,
  { entry, level }: FoundStage2Entry,
  access: GuestAccess,
): FaultKind | null {
  const { descriptors, setup } = machine;
  if (!descriptors.isLeaf(entry, level)) return 'translation';
  if (!descriptors.isYoung(entry) && !setup.hardwareAccessFlag) return 'access flag';
  return descriptors.protection(entry)[access] ? null : 'permission';
}

/** The guest reads, writes or executes at an address, and KVM does what it takes. */
export function* guestAccess(
  task: Stage2Task,
  address: number,
  access: GuestAccess,
): Steps<string> {
  const { machine } = task;
  for (let faults = 0; faults < mostFaults; faults++) {
    const found = machine.lookup(address);
    // The CPU would go on into a table that nobody showed.
    if (machine.descriptors.isTable(found.entry, found.level)) {
      return yield* task.stopAtUnknown(machine.descriptors.address(found.entry));
    }
    const kind = faultOf(task, found, access);
    if (kind === null) {
      setAccessFlag(task, found);
      yield task.step('cpu');
      return faults === 0 ? 'the CPU gets through' : `mapped, after ${faults} ${plural(faults)}`;
    }
    const abort = { address, access, kind, level: found.level };
    machine.counters.add('faults', 1);
    machine.note('abort', { gfn: machine.geometry.frame(address), text: abortText(abort) });
    yield task.step('cpu');
    const answer = yield* handleAbort(task, abort);
    if (answer !== null && typeof answer === 'object') return answer.exit;
    // Somebody else is changing the entry: the guest runs into it again.
    if (answer === 'EAGAIN') yield task.step('waiting');
    else if (answer !== null) return outcome(answer, '');
  }
  return 'the guest faults again and again';
}

/** `kvm_handle_guest_abort()` */
function* handleAbort(
  task: Stage2Task,
  abort: MemoryAbort,
): Steps<Errno | null | { readonly exit: string }> {
  const { machine } = task;
  const slot = machine.slotOf(abort.address);
  if (!slot || (slot.setup.readOnly && abort.access === 'write')) {
    return { exit: slot ? 'MMIO: the slot is read-only' : 'MMIO: no slot holds the address' };
  }
  if (abort.kind === 'permission' && abort.access === 'read') return 'EFAULT';
  if (machine.setup.layout.form !== 'current') return yield* foldedAbort(task, slot, abort);
  if (abort.kind !== 'access flag') return yield* userMemAbort(task, slot, abort);
  yield* task.lock(machine.setup.walker.sharedFaults ? 'shared' : 'exclusive');
  const error = yield* makeYoung(task, abort.address);
  yield* task.unlock();
  return error;
}

/** With VTCR_EL2.HA the CPU sets the flag itself. */
function setAccessFlag({ machine }: Stage2Task, found: FoundStage2Entry): void {
  const { descriptors } = machine;
  if (descriptors.isYoung(found.entry)) return;
  machine.store(found, found.entry | descriptors.young.set, 'cpu-accessed');
}

function plural(count: number): string {
  return count === 1 ? 'abort' : 'aborts';
}
