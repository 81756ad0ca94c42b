import { maxHugeLevel } from '../memslot';
import type { Steps } from '../micro-step';
import type { Task } from '../task';
import { collapseSlot } from './collapse';
import { generationMask } from './fault';
import { clearDirtyOfSlot, slotById, writeProtectSlot } from './log-dirty';
import { defineOperation } from './operation';
import { flagParameter, slotParameter, wordParameter } from './parameter';
import { loggingConflict } from './private-memory';
import { splitSlot } from './split';
import { zapAllFast } from './zap-roots';

/** Address spaces of x86: normal and SMM. The generation steps by as many: `KVM_ADDRESS_SPACE_NUM`. */
const addressSpaces = 2n;

/**
 * `kvm_mmu_invalidate_mmio_sptes()`: every change of the slots is a new generation, which makes MMIO
 * entries stale; when it wraps, stale and fresh could not be told apart and everything is zapped.
 */
function* newGeneration(task: Task, generation: bigint): Steps<string> {
  const { machine } = task;
  const old = machine.state.generation;
  machine.journal.assign(machine.state, 'generation', generation);
  machine.note('generation', { old, new: generation });
  const kept = generation & generationMask(machine.kind.masks) & ~(addressSpaces - 1n);
  if (kept !== 0n) return 'new generation';
  machine.note('generation', {
    text: 'kvm: zapping shadow pages for mmio generation wraparound',
  });
  yield* zapAllFast(task);
  return 'generation wrapped, everything zapped';
}

function nextGeneration({ machine }: Task): bigint {
  return machine.state.generation + addressSpaces;
}

/** What `kvm_mmu_slot_apply_flags()` does when logging begins. */
function* beginLogging(task: Task, id: number): Steps<string> {
  const { machine } = task;
  const { operations } = machine.kind;
  if (operations.eagerSplit && machine.setup.eagerSplit) yield* splitSlot(task, id, 1, 'shared');
  const slot = slotById(machine, id);
  const byDirty = machine.setup.dirtyBy === 'dirty-bit';
  yield* task.lock(operations.locks.dirtyLog);
  let changed = byDirty ? yield* clearDirtyOfSlot(task, slot) : 0;
  // Huge pages lose W even where D is used: a write must split them.
  changed += yield* writeProtectSlot(task, slot, byDirty ? maxHugeLevel - 1 : 1);
  yield* task.unlock();
  if (changed > 0) yield* task.flush();
  return `logging begins, ${changed} entries changed`;
}

function* switchLogging(task: Task, id: number, on: boolean): Steps<string> {
  const { machine } = task;
  const slot = slotById(machine, id);
  if (slot.dirtyLog === on) return on ? 'logging is on already' : 'logging is off already';
  machine.journal.assign(slot, 'dirtyLog', on);
  machine.note('slot-changed', {
    asId: slot.setup.asId,
    gfn: slot.setup.baseGfn,
    text: `slot ${id}: dirty logging ${on ? 'on' : 'off'}`,
  });
  yield* task.waitForSlotReaders();
  yield* newGeneration(task, nextGeneration(task));
  if (on) return yield* beginLogging(task, id);
  for (const gfn of [...slot.dirty]) machine.journal.removeFrom(slot.dirty, gfn);
  return yield* collapseSlot(task, slot);
}

export const dirtyLog = defineOperation({
  name: 'dirty-log',
  title: 'Dirty Logging On or Off',
  summary: 'Begins logging (split, write-protect or clear D) or ends it (collapse).',
  source: 'kvm_mmu_slot_apply_flags(), arch/x86/kvm/x86.c',
  parameters: { slot: slotParameter, on: flagParameter('logging is on from now on') },
  conflict: loggingConflict,
  run: (task, { slot, on }) => task.changingSlots(() => switchLogging(task, slot, on)),
});

export const memslotsUpdated = defineOperation({
  name: 'memslots-updated',
  title: 'Memory Slots Updated',
  summary: 'Some slot changed: a new generation, which makes all MMIO entries stale.',
  source: 'kvm_arch_memslots_updated(), kvm_mmu_invalidate_mmio_sptes()',
  parameters: {},
  run: (task) => task.changingSlots(() => newGeneration(task, nextGeneration(task))),
});

export const setGeneration = defineOperation({
  name: 'set-generation',
  title: 'Set Generation',
  summary:
    'Goes to a stated generation, to see what its end brings without a quarter million updates.',
  source: 'kvm_mmu_invalidate_mmio_sptes()',
  parameters: { generation: wordParameter('the new generation') },
  run: (task, { generation }) => task.changingSlots(() => newGeneration(task, generation)),
});
