import { isLast, isMmio, mmioGeneration } from '../../kvm/spte';
import type { Steps } from '../micro-step';
import { writeSpte } from './drop-spte';
import { pagesAtLevel } from '../table-page';
import { generationMask } from '../operations/fault';
import type { GuestAccess } from './guest-walk';
import { gfnOf } from './mmu-page';
import { trackWrite, writeGuest } from './guest-write';
import { loadRoots, readPdptrs } from './load-roots';
import { noteLogged } from './log-dirty';
import { handleShadowFault } from './shadow-fault';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';
import { ShadowWalk } from './shadow-walk';

/** A guest that does not get through after so many faults is not looked at any longer. */
const mostFaults = 12;

const writeBit = 2n;
const userBit = 4n;
const accessedBit = 0x20n;
const dirtyBit = 0x40n;
const noExecute = 1n << 63n;

/** What the CPU finds in the shadow tables. */
type Look =
  | { readonly kind: 'allowed'; readonly walk: ShadowWalk }
  | { readonly kind: 'fault'; readonly present: boolean }
  | { readonly kind: 'mmio'; readonly stale: boolean };

/** The CPU walks the shadow tables: the only ones it knows. */
export function lookUp(machine: ShadowMachine, access: GuestAccess): Look {
  const { masks } = machine.kind;
  const walk = new ShadowWalk(machine, access.gva);
  for (; walk.okay; walk.next()) {
    const { spte, level } = walk;
    if (isMmio(masks, spte)) {
      const now = machine.setup.generation & generationMask(masks);
      return { kind: 'mmio', stale: mmioGeneration(masks, spte) !== now };
    }
    if (!machine.isPresent(spte)) return { kind: 'fault', present: false };
    if (!isLast(spte, level)) continue;
    const denied =
      (access.write && (spte & writeBit) === 0n) ||
      (access.user && (spte & userBit) === 0n) ||
      (access.execute && (spte & noExecute) !== 0n);
    return denied ? { kind: 'fault', present: true } : { kind: 'allowed', walk };
  }
  return { kind: 'fault', present: false };
}

/** The CPU sets accessed, and with a write dirty, in the shadow's leaf. */
function setByCpu(machine: ShadowMachine, walk: ShadowWalk, write: boolean): void {
  const { spte, page, index } = walk;
  if ((spte & accessedBit) === 0n) {
    writeSpte(machine, page!, index, spte | accessedBit, 'cpu-accessed');
  }
  const now = walk.spte;
  if (write && (now & dirtyBit) === 0n) {
    writeSpte(machine, page!, index, now | dirtyBit, 'cpu-dirty');
  }
}

/** The guest's own address that a shadow leaf leads to. */
function guestAddress({ page, index, level, gva }: ShadowWalk): number {
  return gfnOf(page!, index) * 4096 + (gva % (4096 * pagesAtLevel[level]!));
}

/**
 * The guest reads, writes or executes.
 * @param value what it writes: an entry's worth at the address; `null`: something that is no matter here
 */
export function* accessGuest(
  task: ShadowTask,
  access: GuestAccess,
  value: bigint | null,
): Steps<string> {
  const { machine } = task;
  for (let faults = 0; faults <= mostFaults; faults++) {
    const ready = yield* ensureRoots(task);
    if (ready !== null) return ready;
    yield* task.look('cpu', new ShadowWalk(machine, access.gva));
    // The CPU's walk and what it does with it are one: nobody comes between.
    const look = lookUp(machine, access);
    if (look.kind === 'allowed') {
      setByCpu(machine, look.walk, access.write);
      const gpa = guestAddress(look.walk);
      if (value !== null) writeGuest(machine, gpa, value, 'guest');
      yield task.step('cpu');
      return faults === 0
        ? 'done by the CPU alone'
        : `done after ${faults} fault${faults === 1 ? '' : 's'}`;
    }
    if (look.kind === 'mmio' && !look.stale) return 'emulate: known to be MMIO';
    const outcome = yield* handleShadowFault(task, access, look.kind === 'fault' && look.present);
    switch (outcome.kind) {
      case 'guest-fault':
        return `#PF for the guest, error code 0x${outcome.errorCode.toString(16)}`;
      case 'emulate-write':
        return yield* emulateWrite(task, access, outcome.walk.gfn, value);
      case 'emulate':
        return 'emulate: no memory there';
      case 'read-only':
        return 'emulate: the host does not let the guest write there';
      case 'no memory':
        return outcome.kind;
      default:
        machine.note('result', { text: `fault: ${outcome.kind}` });
    }
  }
  return 'given up: the fault comes again and again';
}

/** KVM does the write for the guest, and sees what it writes. */
function* emulateWrite(
  task: ShadowTask,
  access: GuestAccess,
  gfn: number,
  value: bigint | null,
): Steps<string> {
  const { machine } = task;
  const gpa = gfn * 4096 + (access.gva % 4096);
  machine.counters.add('emulated', 1);
  const { entryBytes } = machine.kind.guestFormat;
  // A write of something else: the word that is there stays.
  writeGuest(machine, gpa, value ?? machine.guest.read(gpa, entryBytes), 'emulator');
  noteLogged(machine, machine.slotOf(gfn)!, gfn);
  yield task.step('emulate');
  yield* trackWrite(task, gpa);
  return 'emulated: the frame holds a table of the guest';
}

/** The vCPU has roots, or gets them: `kvm_mmu_reload()`. @returns a problem, or `null` */
export function* ensureRoots(task: ShadowTask): Steps<string | null> {
  const { machine } = task;
  const { state } = machine;
  if (state.roots.length > 0 && !state.reloadDue) return null;
  if (machine.kind.guestFormat.shape.levels === 3 && state.pdptrs.length === 0) {
    const pdptrs = readPdptrs(machine, state.cr3);
    if ('problem' in pdptrs) return pdptrs.problem;
    machine.journal.assign(state, 'pdptrs', pdptrs);
  }
  return yield* loadRoots(task);
}
