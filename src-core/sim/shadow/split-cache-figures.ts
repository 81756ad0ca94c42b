import {
  splitCacheForms,
  type SplitCacheName,
  splitCacheNames,
  splitDescMin,
} from './memory-cache';

/** A VM whose nested huge pages are split. */
export interface SplitWork {
  /** How many huge pages are split, one after the other. */
  readonly splits: number;
  /** Descriptors that each split takes: 0 where nothing else maps the small pages, at most 513. */
  readonly used: number;
}

/** Most that one split can take. */
export const mostUsedBySplit = splitDescMin;
/** More than this is no VM. */
export const mostSplits = 1_000_000;

/** What a cache does for such a VM. */
export interface SplitCacheFigures {
  readonly name: SplitCacheName;
  readonly min: number;
  readonly capacity: number;
  /** Objects beyond the minimum: so many can be used before the cache is filled again. */
  readonly buffer: number;
  readonly objectBytes: number;
  /** Times the cache was filled; each time the lock is dropped. */
  readonly fills: number;
  /** Objects allocated altogether. */
  readonly allocated: number;
  readonly used: number;
  /** Objects given back unused at the end. */
  readonly wasted: number;
  /** Bytes held when the cache is full. */
  readonly bytesHeld: number;
  readonly bytesWasted: number;
  /** Objects left after each of the first splits. */
  readonly left: readonly number[];
}

/** So many splits are told one by one. */
const told = 24;

/**
 * `topup_split_caches()` and what splits take, split by split: the cache is filled to its capacity
 * where it holds less than one split may need.
 */
export function splitCacheFigures(name: SplitCacheName, work: SplitWork): SplitCacheFigures {
  const { min, capacity, objectBytes } = splitCacheForms(name).desc;
  const left: number[] = [];
  let [objects, fills, allocated] = [0, 0, 0];
  for (let split = 0; split < work.splits; split++) {
    if (objects < min) {
      allocated += capacity - objects;
      objects = capacity;
      fills++;
    }
    objects -= work.used;
    if (left.length < told) left.push(objects);
  }
  return {
    name,
    min,
    capacity,
    buffer: capacity - min,
    objectBytes,
    fills,
    allocated,
    used: work.splits * work.used,
    wasted: objects,
    bytesHeld: capacity * objectBytes,
    bytesWasted: objects * objectBytes,
    left,
  };
}

/** Both caches for the same VM. */
export function compareSplitCaches(work: SplitWork): readonly SplitCacheFigures[] {
  return splitCacheNames.map((name) => splitCacheFigures(name, work));
}
