import type { Steps } from '../micro-step';
import { anchoredMapWalker } from './anchored-map-walker';
import type { Errno } from './errno';
import type { MapData } from './map-data';
import { mapWalker } from './map-walker';
import type { MemoryCache } from './memory-cache';
import { walkRange } from './pgtable-walk';
import type { Protection } from './protection';
import type { Stage2Task } from './stage2-task';
import type { WalkFlag } from './walk-flags';

/** A range of input addresses. */
export interface Range {
  readonly address: number;
  readonly bytes: number;
}

/** What a range is mapped to. */
export interface Mapping extends Range {
  readonly physical: number;
  readonly rights: Protection;
  readonly forcePages: boolean;
  readonly cache: MemoryCache;
  readonly flags: readonly WalkFlag[];
}

function* walkToMap(
  task: Stage2Task,
  data: MapData,
  { address, bytes }: Range,
  flags: readonly WalkFlag[],
): Steps<Errno | null> {
  const walker =
    task.machine.setup.walker.collapse === 'anchor'
      ? anchoredMapWalker(task, data)
      : mapWalker(task, data, flags);
  return yield* walkRange(task, walker, address, bytes);
}

/** `kvm_pgtable_stage2_map()` */
export function* mapRange(task: Stage2Task, mapping: Mapping): Steps<Errno | null> {
  const { physical, rights, forcePages, cache, flags } = mapping;
  const attributes = task.machine.descriptors.attributes(rights);
  if (typeof attributes === 'string') return attributes;
  const data: MapData = { physical, attributes, annotation: 0n, forcePages, cache };
  return yield* walkToMap(task, data, mapping, flags);
}

/** `kvm_pgtable_stage2_set_owner()`, since v7.1 `kvm_pgtable_stage2_annotate()`. */
export function* annotateRange(
  task: Stage2Task,
  range: Range,
  annotation: bigint,
  cache: MemoryCache,
): Steps<Errno | null> {
  const data: MapData = { physical: null, attributes: 0n, annotation, forcePages: true, cache };
  return yield* walkToMap(task, data, range, []);
}
