import type { Steps } from '../micro-step';
import type { Range } from './map-range';
import { splitRange, tablesForChunk } from './split-walker';
import type { Stage2Task } from './stage2-task';

/**
 * `kvm_mmu_split_huge_pages()`, the lock held: chunk by chunk; where fewer tables are set aside than
 * a chunk may take, or somebody wants the CPU, the lock is dropped and the cache filled up.
 * Source: Linux 6.12 `mmu.c`.
 */
export function* splitHugePages(
  task: Stage2Task,
  { address, bytes }: Range,
  chunk: number,
): Steps<string> {
  const { machine } = task;
  const { geometry, splitCache } = machine;
  const needed = tablesForChunk(geometry, chunk);
  const end = address + bytes;
  for (let from = address; from < end;) {
    if (machine.state.rescheduleDue || splitCache.objects < needed) {
      yield* task.yieldHeld(task.step('yielded'), { gfn: geometry.frame(from) });
      const added = splitCache.topUp(needed, needed);
      machine.note('cache-filled', { text: `split cache: ${added} tables added, ${needed} there` });
    }
    const next = Math.min(end, (Math.floor(from / chunk) + 1) * chunk);
    const error = yield* splitRange(task, from, next - from, splitCache);
    if (error !== null) return `splitting ended early: ${error}`;
    from = next;
  }
  return 'blocks are split';
}
