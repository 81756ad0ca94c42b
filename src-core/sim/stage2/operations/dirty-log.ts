import { flagParameter, slotParameter } from '../../operations/parameter';
import type { Steps } from '../../micro-step';
import { splitHugePages } from '../split-slot';
import type { Stage2Slot } from '../stage2-slot';
import type { Stage2Task } from '../stage2-task';
import { defineStage2Operation } from './define';
import { writeProtectAndFlush } from './write-protect';

/** `kvm_mmu_wp_memory_region()`, then `kvm_mmu_split_memory_region()`. */
function* beginLogging(task: Stage2Task, slot: Stage2Slot): Steps<string> {
  const { splitChunk } = task.machine.setup;
  const range = { address: slot.start, bytes: slot.end - slot.start };
  yield* task.lock('exclusive');
  let text = yield* writeProtectAndFlush(task, range);
  yield* task.unlock();
  if (splitChunk > 0) {
    yield* task.lock('exclusive');
    text = `${text}; ${yield* splitHugePages(task, range, splitChunk)}`;
    yield* task.unlock();
  }
  return `logging begins: ${text}`;
}

export const dirtyLog = defineStage2Operation({
  name: 'dirty-log',
  title: 'Dirty Logging On or Off',
  summary: 'On: write-protect the slot, split its blocks if asked to. Off: the split cache goes.',
  source: 'kvm_arch_commit_memory_region(), arch/arm64/kvm/mmu.c',
  parameters: { slot: slotParameter, on: flagParameter('logging is on from now on') },
  *run(task, { slot: id, on }, machine) {
    const slot = machine.slots.find(({ setup }) => setup.id === id)!;
    if (slot.dirtyLog === on) return on ? 'logging is on already' : 'logging is off already';
    machine.journal.assign(slot, 'dirtyLog', on);
    machine.note('slot-changed', {
      gfn: slot.setup.baseGfn,
      text: `slot ${id}: dirty logging ${on ? 'on' : 'off'}`,
    });
    if (on) return yield* beginLogging(task, slot);
    machine.journal.assign(machine.splitCache, 'objects', 0);
    for (const gfn of [...slot.dirty]) machine.journal.removeFrom(slot.dirty, gfn);
    return 'logging ends; blocks come back with later faults';
  },
});
