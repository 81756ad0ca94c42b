import { clearDirtyOfSlot, slotById, writeProtectSlot } from './log-dirty';
import { defineOperation } from './operation';
import { countParameter, slotParameter } from './parameter';
import { maxHugeLevel } from '../memslot';
import { loggingConflict } from './private-memory';

export const writeProtect = defineOperation({
  name: 'write-protect',
  title: 'Write-Protect a Slot',
  summary: 'Takes write access away from the leaves of a slot, so that the next write shows.',
  source: 'kvm_mmu_slot_remove_write_access(), kvm_tdp_mmu_wrprot_slot()',
  parameters: {
    slot: slotParameter,
    minLevel: countParameter('leaves below this level stay as they are', 1, maxHugeLevel, 1),
  },
  conflict: loggingConflict,
  *run(task, { slot: id, minLevel }, machine) {
    yield* task.lock(machine.kind.operations.locks.dirtyLog);
    const changed = yield* writeProtectSlot(task, slotById(machine, id), minLevel);
    yield* task.unlock();
    if (changed > 0) yield* task.flush();
    return `${changed} entries write-protected`;
  },
});

export const clearDirty = defineOperation({
  name: 'clear-dirty',
  title: 'Clear Dirty of a Slot',
  summary: 'Clears the dirty bit of all leaves of a slot, or W where the dirty bit is of no use.',
  source: 'kvm_mmu_slot_leaf_clear_dirty(), kvm_tdp_mmu_clear_dirty_slot()',
  parameters: { slot: slotParameter },
  conflict: loggingConflict,
  *run(task, { slot: id }, machine) {
    yield* task.lock(machine.kind.operations.locks.dirtyLog);
    const changed = yield* clearDirtyOfSlot(task, slotById(machine, id));
    yield* task.unlock();
    if (changed > 0) yield* task.flush();
    return `${changed} entries cleaned`;
  },
});
