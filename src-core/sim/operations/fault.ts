import { isMmio, mmioGeneration } from '../../kvm/spte';
import type { SpteMasks } from '../../kvm/spte-masks';
import type { Steps } from '../micro-step';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { ensureRoot } from './ensure-root';
import { fastFault } from './fast-fault';
import { accessKinds, type FaultRequest, planFault } from './fault-plan';
import { mapFault } from './map-fault';
import { defineOperation } from './operation';
import {
  asIdParameter,
  choiceParameter,
  countParameter,
  flagParameter,
  gfnParameter,
} from './parameter';
import { privateConflict, privateParameter } from './private-memory';
import { maxHugeLevel } from '../memslot';

/** Handles one page fault, whatever memory it is for. */
export function* handleFault(task: Task, request: FaultRequest): Steps<string> {
  task.machine.counters.add('faults', 1);
  const root = yield* ensureRoot(task, request.asId, request.private);
  if (!root) return 'no memory';
  return yield* task.readingSlots(() => faultUnder(task, root, request));
}

function* faultUnder(task: Task, root: ShadowPage, request: FaultRequest): Steps<string> {
  const { machine } = task;
  const { operations, masks } = machine.kind;
  const cached = yield* cachedMmio(task, root, request);
  if (cached !== null) return cached;

  const plan = planFault(machine, request);
  if (request.private && plan.slot?.privatePfnOf(request.gfn) === undefined) {
    return 'exit to user space: there is no private memory';
  }
  const { invalidations } = machine.state;
  if (plan.slot && request.access === 'write' && !plan.slot.hostWritable(request.gfn)) {
    return plan.slot.setup.readOnly
      ? 'emulate: the slot is read-only'
      : 'the host page is read-only';
  }
  // Nothing can be remembered: emulated at once, no table is touched.
  if (!plan.slot && !masks.mmio.enabled) return 'emulate: MMIO is not cached';
  if (plan.slot && operations.fastFault && !request.private) {
    const fast = yield* fastFault(task, root, request);
    if (fast !== null) return fast;
  }
  yield* task.lock(operations.locks.fault);
  // `is_page_fault_stale()`: what was found without the lock may be no longer so.
  const stale = root.invalid || machine.state.invalidations !== invalidations;
  const outcome = stale ? 'retry' : yield* mapFault(task, root, request, plan);
  yield* task.unlock();
  return outcome;
}

/**
 * `handle_mmio_page_fault()`: an MMIO entry says at once that there is no slot, if it is not stale.
 * @returns null: the fault goes its ordinary way
 */
function* cachedMmio(task: Task, root: ShadowPage, request: FaultRequest): Steps<string | null> {
  const { machine } = task;
  const { masks } = machine.kind;
  const { page, level, index, spte } = machine.lookup(root, request.gfn);
  if (!isMmio(masks, spte)) return null;
  yield task.step('look');
  const { gfn, asId } = request;
  const stored = mmioGeneration(masks, spte);
  const current = machine.state.generation & generationMask(masks);
  if (stored === current) return 'emulate: known to be MMIO';
  machine.note('generation', {
    table: page.table.pa,
    index,
    level,
    gfn,
    asId,
    old: stored,
    new: current,
    text: 'the MMIO entry is stale',
  });
  return null;
}

/** `MMIO_SPTE_GEN_MASK`: as many bits as an entry keeps. */
export function generationMask(masks: SpteMasks): bigint {
  const bits = masks.era.mmio.generation.parts.reduce(
    (most, { at, high, low }) => Math.max(most, at + high - low + 1),
    0,
  );
  return (1n << BigInt(bits)) - 1n;
}

export const fault = defineOperation({
  name: 'fault',
  title: 'Page Fault',
  summary: 'A guest access that the tables do not allow: KVM maps the page, as large as it may.',
  source: 'kvm_tdp_page_fault(), kvm_tdp_mmu_map(), fast_page_fault(), handle_mmio_page_fault()',
  parameters: {
    gfn: gfnParameter('guest frame that was accessed'),
    access: choiceParameter('what the guest did', accessKinds, 'read'),
    asId: asIdParameter,
    maxLevel: countParameter('largest page wanted: 1, 2 or 3', 1, maxHugeLevel, maxHugeLevel),
    prefetch: flagParameter('made ahead of any access', false),
    private: privateParameter,
  },
  conflict: privateConflict,
  run: handleFault,
});
