import type { Steps } from '../micro-step';
import { makeEntry, tryBreak } from './break-make';
import type { Errno } from './errno';
import { lastLevel, type Stage2Geometry } from './geometry';
import type { MapData } from './map-data';
import { unlinkedMapWalker } from './map-walker';
import type { MemoryCache } from './memory-cache';
import { PgtableWalk, walkRange } from './pgtable-walk';
import type { Stage2Table } from './stage2-table';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';

/** Tables it takes to map a block by pages: `stage2_block_get_nr_page_tables()`. */
export function tablesForBlock(geometry: Stage2Geometry, level: number): number {
  return level === 1 ? geometry.entriesPerTable + 1 : level === 2 ? 1 : 0;
}

/**
 * Tables set aside to split a chunk: `kvm_mmu_split_nr_page_tables()`.
 * Source: Linux 6.12 `mmu.c`: tables of level 2 for each gigabyte (4K only), of level 3 for each
 * block of level 2.
 */
export function tablesForChunk(geometry: Stage2Geometry, bytes: number): number {
  const gigabytes = geometry.blockLevel === 1 ? Math.ceil(bytes / geometry.size(1)) : 0;
  return gigabytes + Math.ceil(bytes / geometry.size(2));
}

/** `kvm_pgtable_stage2_create_unlinked()`: a table that maps what the block does. */
function* createUnlinked(
  task: Stage2Task,
  context: VisitContext,
  cache: MemoryCache,
  forcePages: boolean,
): Steps<Stage2Table | Errno> {
  const { machine } = task;
  const { descriptors, geometry } = machine;
  const { old, level, addr } = context;
  const base = geometry.alignDown(addr, level);
  const attributes = descriptors.attributesToSplit(old);
  const physical = descriptors.address(old);
  const data: MapData = { physical, attributes, annotation: 0n, forcePages, cache };
  if (!cache.take()) return 'ENOMEM';
  const table = machine.tables.allocate(level + 1, base, 'stage2-split');
  if (!table) return 'ENOMEM';
  const walk = new PgtableWalk(task, unlinkedMapWalker(task, data), 0, geometry.size(level), base);
  const outer = task.walking;
  task.walking = walk;
  const error = yield* walk.runIn(table);
  task.walking = outer;
  if (error === null) return table;
  machine.tables.freeUnlinked(table, 'stage2-split');
  return error;
}

/** `stage2_split_walker()` */
function* splitBlock(
  task: Stage2Task,
  context: VisitContext,
  cache: MemoryCache,
): Steps<Errno | null> {
  const { machine } = task;
  const { descriptors, geometry, tables } = machine;
  const { old, level } = context;
  if (level === lastLevel || !descriptors.isValid(old)) return null;
  const needed = tablesForBlock(geometry, level);
  // With fewer tables only this level is split: the walk goes on in the new table, block by block.
  const forcePages = cache.objects >= needed;
  if (!forcePages && cache.objects < 1) return 'ENOMEM';
  const child = yield* createUnlinked(task, context, cache, forcePages);
  if (typeof child === 'string') return child;
  if (!(yield* tryBreak(task, context))) {
    tables.freeUnlinked(child, 'stage2-split');
    return 'EAGAIN';
  }
  yield* makeEntry(task, context, descriptors.table(child.pa), 'stage2-split');
  const gfn = geometry.frame(child.start);
  machine.note('split', { table: child.pa, level, gfn, old, why: 'stage2-split' });
  return null;
}

/**
 * `kvm_pgtable_stage2_split()`: blocks of a range become tables of what they mapped, built unseen and
 * put in their place. Source: Linux 6.12 `hyp/pgtable.c`.
 */
export function* splitRange(
  task: Stage2Task,
  address: number,
  bytes: number,
  cache: MemoryCache,
): Steps<Errno | null> {
  const visit = (context: VisitContext) => splitBlock(task, context, cache);
  return yield* walkRange(task, { flags: ['LEAF'], visit }, address, bytes);
}
