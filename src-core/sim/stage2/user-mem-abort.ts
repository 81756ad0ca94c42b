import type { Steps } from '../micro-step';
import { relaxPermissions } from './attribute-walkers';
import type { Errno } from './errno';
import { mapRange } from './map-range';
import { vcpuCacheCapacity } from './memory-cache';
import type { MemoryAbort } from './memory-abort';
import type { Protection } from './protection';
import type { Stage2Slot } from './stage2-slot';
import type { Stage2Task } from './stage2-task';

/** Rights that a fault asks for. */
function rightsFor(task: Stage2Task, slot: Stage2Slot, { access }: MemoryAbort): Protection {
  // While writes are logged, a page is writable only once it is written.
  const writable = !slot.setup.readOnly && (!slot.dirtyLog || access === 'write');
  return {
    read: true,
    write: writable,
    execute: access === 'execute' || task.machine.setup.dic,
    memory: 'normal',
    software: 0,
  };
}

/**
 * `user_mem_abort()`: maps what the fault needs, or adds the right that was missing where the leaf is
 * already as large as it would be. Source: Linux 6.12, 6.1 `mmu.c`.
 */
export function* userMemAbort(
  task: Stage2Task,
  slot: Stage2Slot,
  abort: MemoryAbort,
): Steps<Errno | null> {
  const { machine } = task;
  const { geometry, vcpuCache, setup } = machine;
  const permission = abort.kind === 'permission';
  const logs = slot.dirtyLog;
  if (!permission || (logs && abort.access === 'write')) {
    vcpuCache.topUp(vcpuCacheCapacity, setup.layout.levels - 1);
  }
  const level = slot.mappingLevel(abort.address);
  const address = geometry.alignDown(abort.address, level);
  const rights = rightsFor(task, slot, abort);
  yield* task.lock(setup.walker.sharedFaults ? 'shared' : 'exclusive');
  const error =
    permission && geometry.size(abort.level) === geometry.size(level)
      ? yield* relaxPermissions(task, abort.address, rights)
      : yield* mapRange(task, {
          address,
          bytes: geometry.size(level),
          physical: slot.physical(address),
          rights,
          forcePages: logs,
          cache: vcpuCache,
          flags: ['HANDLE_FAULT', 'SHARED'],
        });
  if (error === null && rights.write && logs) {
    const gfn = geometry.frame(abort.address);
    slot.markDirty(gfn);
    machine.note('gfn-dirty', { gfn });
  }
  yield* task.unlock();
  return error;
}
