import type { Steps } from '../micro-step';
import type { Errno } from './errno';
import type { Range } from './map-range';
import type { Stage2Task } from './stage2-task';

/** Part of a range operation. */
export type RangePart = (address: number, bytes: number) => Steps<Errno | null>;

/**
 * A range in parts as large as the largest block, so that somebody else may have the lock between
 * them. Source: Linux 6.12 `mmu.c` `stage2_apply_range()`, `stage2_range_addr_end()`.
 */
export function* applyRange(
  task: Stage2Task,
  { address, bytes }: Range,
  part: RangePart,
): Steps<Errno | null> {
  const { geometry } = task.machine;
  const block = geometry.size(geometry.blockLevel);
  const end = address + bytes;
  for (let from = address; from < end;) {
    const next = Math.min(end, (Math.floor(from / block) + 1) * block);
    const error = yield* part(from, next - from);
    if (error !== null) return error;
    if (next !== end) yield* task.condResched();
    from = next;
  }
  return null;
}
