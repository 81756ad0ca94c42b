import type { Steps } from '../../micro-step';
import { type Errno, outcome } from '../errno';
import type { Mapping } from '../map-range';
import { vcpuCacheCapacity } from '../memory-cache';
import type { Stage2Task } from '../stage2-task';
import { foldedSet } from './folded-set';

/** A range, leaf by leaf; blocks are PMDs: those of PUDs came with v5.0. */
export function* foldedMap(task: Stage2Task, mapping: Omit<Mapping, 'flags'>): Steps<string> {
  const { machine } = task;
  const { geometry, descriptors, setup } = machine;
  const { address, bytes, physical, rights, forcePages, cache } = mapping;
  const attributes = descriptors.attributes(rights);
  if (typeof attributes === 'string') return outcome(attributes, '');
  const end = address + bytes;
  let error: Errno | null = null;
  yield* task.lock('exclusive');
  for (let from = address; from < end && error === null;) {
    const pa = physical + (from - address);
    const block = geometry.size(2);
    const fits = !forcePages && from % block === 0 && pa % block === 0 && end - from >= block;
    const level = fits ? 2 : 3;
    cache.topUp(vcpuCacheCapacity, setup.layout.levels - 1);
    const value = descriptors.leaf(pa, level, attributes);
    error = yield* foldedSet(task, { address: from, level, value, cache, dissolves: true });
    from += geometry.size(level);
  }
  yield* task.unlock();
  return outcome(error, 'mapped');
}
