import type { Errno } from './errno';
import { lastLevel } from './geometry';
import type { MemoryCache } from './memory-cache';
import type { Stage2Machine } from './stage2-machine';
import type { Stage2Table } from './stage2-table';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';

/** What is to be mapped: `struct stage2_map_data`. */
export interface MapData {
  /** Host-physical address of the range's first byte; `null`: no memory, an annotation. */
  readonly physical: number | null;
  /** Bits of a leaf beside address and type. */
  readonly attributes: bigint;
  /** What is written into invalid entries instead of leaves. */
  readonly annotation: bigint;
  readonly forcePages: boolean;
  /** Where tables come from; `null`: none may be made. */
  readonly cache: MemoryCache | null;
}

/** `stage2_leaf_mapping_allowed()`: whether a leaf may stand in this entry. */
export function leafAllowed(machine: Stage2Machine, context: VisitContext, data: MapData): boolean {
  const { geometry } = machine;
  const { level, addr, end } = context;
  if (data.forcePages && level < lastLevel) return false;
  const size = geometry.size(level);
  if (level < geometry.blockLevel || size > end - addr || addr % size !== 0) return false;
  const physical = physicalAt(context, data);
  return physical === null || physical % size === 0;
}

function physicalAt({ addr, start }: VisitContext, { physical }: MapData): number | null {
  return physical === null ? null : physical + (addr - start);
}

/** The leaf, or the annotation, that belongs into this entry. */
export function wantedEntry(
  { descriptors }: Stage2Machine,
  context: VisitContext,
  data: MapData,
): bigint {
  const physical = physicalAt(context, data);
  return physical === null
    ? data.annotation
    : descriptors.leaf(physical, context.level, data.attributes);
}

/** An empty table for below this entry: from the cache. */
export function tableBelow(
  { machine }: Stage2Task,
  { level, addr, base }: VisitContext,
  { cache }: MapData,
): Stage2Table | Errno {
  if (level === lastLevel) {
    machine.warn('no table fits below the last level');
    return 'EINVAL';
  }
  if (cache?.take() !== true) return 'ENOMEM';
  const start = machine.geometry.alignDown(addr, level) + base;
  return machine.tables.allocate(level + 1, start, 'stage2-table') ?? 'ENOMEM';
}
