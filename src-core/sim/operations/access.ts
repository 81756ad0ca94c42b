import { isLast, isShadowPresent } from '../../kvm/spte';
import { markDirty } from '../change-accounts';
import type { Machine } from '../machine';
import { maxHugeLevel } from '../memslot';
import type { Steps } from '../micro-step';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { handleFault } from './fault';
import { accessKinds, type FaultRequest, isAccessAllowed } from './fault-plan';
import { defineOperation } from './operation';
import { asIdParameter, choiceParameter, gfnParameter } from './parameter';
import { privateConflict, privateParameter } from './private-memory';

/** A guest that does not get through after so many faults is not looked at any longer. */
const mostFaults = 8;

/** The CPU walks, sets accessed and dirty; where the tables do not allow the access, KVM handles a fault. */
function* accessMemory(task: Task, request: FaultRequest): Steps<string> {
  const { machine } = task;
  for (let faults = 0; faults <= mostFaults; faults++) {
    const root = machine.rootFor(request.asId, request.private);
    yield task.step('cpu');
    if (root && (yield* accessByCpu(task, root, request))) {
      return faults === 0
        ? 'done by the CPU alone'
        : `done after ${faults} fault${faults === 1 ? '' : 's'}`;
    }
    const outcome = yield* handleFault(task, request);
    machine.note('result', { gfn: request.gfn, asId: request.asId, text: `fault: ${outcome}` });
    if (!/^(fixed|spurious|retry)/.test(outcome)) return outcome;
  }
  return 'given up: the fault comes again and again';
}

function* accessByCpu(task: Task, root: ShadowPage, request: FaultRequest): Steps<boolean> {
  const { machine } = task;
  const { masks } = machine.kind;
  const { page, level, index, spte } = machine.lookup(root, request.gfn);
  const maps = isShadowPresent(masks, spte) && isLast(spte, level);
  if (!maps || !isAccessAllowed(masks, spte, request.access)) return false;
  if (!masks.format.hardwareAd) return true;
  setByCpu(machine, page, index, request, masks.accessed, 'cpu-accessed');
  if (
    request.access === 'write' &&
    setByCpu(machine, page, index, request, masks.dirty, 'cpu-dirty')
  ) {
    // Page-modification logging tells KVM of every dirty bit that was set.
    if (machine.setup.dirtyBy === 'dirty-bit') markDirty(machine, request.gfn, request.asId);
  }
  yield task.step('cpu');
  return true;
}

function setByCpu(
  machine: Machine,
  page: ShadowPage,
  index: number,
  { gfn, asId }: FaultRequest,
  bit: bigint,
  why: 'cpu-accessed' | 'cpu-dirty',
): boolean {
  const old = page.table.entry(index);
  if ((old & bit) !== 0n) return false;
  machine.store(page.table, index, old | bit);
  const { level, table } = page;
  machine.note('write', { table: table.pa, index, level, gfn, asId, old, new: old | bit, why });
  return true;
}

export const access = defineOperation({
  name: 'access',
  title: 'Guest Access',
  summary:
    'The guest reads, writes or executes; the CPU sets accessed and dirty, KVM handles faults.',
  source: 'SDM 3C 30.3.5 (accessed and dirty flags for EPT); APM 2 15.25',
  parameters: {
    gfn: gfnParameter('guest frame that is accessed'),
    access: choiceParameter('what the guest does', accessKinds, 'read'),
    asId: asIdParameter,
    private: privateParameter,
  },
  conflict: privateConflict,
  run: (task, args) => accessMemory(task, { ...args, maxLevel: maxHugeLevel, prefetch: false }),
});
