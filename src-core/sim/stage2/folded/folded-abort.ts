import type { Steps } from '../../micro-step';
import type { Errno } from '../errno';
import type { MemoryAbort } from '../memory-abort';
import { vcpuCacheCapacity } from '../memory-cache';
import type { Stage2Slot } from '../stage2-slot';
import type { Stage2Task } from '../stage2-task';
import { foldedSet } from './folded-set';

/**
 * `user_mem_abort()` and `handle_access_fault()` before v5.10: the leaf is written anew, with what
 * it allowed before. Source: Linux 4.20 `virt/kvm/arm/mmu.c`.
 */
export function* foldedAbort(
  task: Stage2Task,
  slot: Stage2Slot,
  abort: MemoryAbort,
): Steps<Errno | null> {
  const { machine } = task;
  const { geometry, descriptors, vcpuCache, setup } = machine;
  vcpuCache.topUp(vcpuCacheCapacity, setup.layout.levels - 1);
  yield* task.lock('exclusive');
  const error = abort.kind === 'access flag' ? yield* makeYoung(task, abort) : yield* mapLeaf();
  yield* task.unlock();
  return error;

  function* mapLeaf(): Steps<Errno | null> {
    const level = slot.mappingLevel(abort.address) === 3 ? 3 : 2;
    const address = geometry.alignDown(abort.address, level);
    const { entry, level: found } = machine.lookup(abort.address);
    const wasExecutable = descriptors.isLeaf(entry, found) && descriptors.isExecutable(entry);
    const writes = abort.access === 'write';
    const rights = {
      read: true,
      write: !slot.setup.readOnly && (!slot.dirtyLog || writes),
      execute: abort.access === 'execute' || wasExecutable || setup.dic,
      memory: 'normal',
      software: 0,
    } as const;
    const attributes = descriptors.attributes(rights);
    if (typeof attributes === 'string') return attributes;
    const value = descriptors.leaf(slot.physical(address), level, attributes);
    task.cleanCaches(value, geometry.size(level), 'instructions');
    const dissolves = slot.dirtyLog;
    const result = yield* foldedSet(task, { address, level, value, cache: vcpuCache, dissolves });
    if (result === null && rights.write && slot.dirtyLog) {
      const gfn = geometry.frame(abort.address);
      slot.markDirty(gfn);
      machine.note('gfn-dirty', { gfn });
    }
    return result;
  }
}

function* makeYoung(task: Stage2Task, { address }: MemoryAbort): Steps<Errno | null> {
  const { machine } = task;
  const found = machine.lookup(address);
  if (!machine.descriptors.isLeaf(found.entry, found.level)) return null;
  machine.store(found, found.entry | machine.descriptors.young.set, 'stage2-young');
  yield task.at('write');
  return null;
}
