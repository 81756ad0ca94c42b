import { isLast, isShadowPresent } from '../../kvm/spte';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { setSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { cleanSpte, slotById } from './log-dirty';
import { defineOperation } from './operation';
import { loggingConflict } from './private-memory';
import { gfnParameter, openChoice, slotParameter, wordParameter } from './parameter';

/** A word of the dirty bitmap covers so many frames: BITS_PER_LONG. */
const framesPerWord = 64;

/** `clear_dirty_pt_masked()`: the 4 KiB leaves of a bitmap word; it never yields. */
function* clearMasked(
  task: Task,
  root: ShadowPage,
  gfn: number,
  mask: bigint,
  byWrite: boolean,
): Steps<number> {
  const { masks } = task.machine.kind;
  const end = gfn + framesPerWord;
  let changed = 0;
  let left = mask;
  const iter = yield* task.walk(root, { start: gfn, end });
  for (; iter.valid && iter.gfn < end && left !== 0n; yield* task.next(iter, end)) {
    const bit = iter.gfn >= gfn ? 1n << BigInt(iter.gfn - gfn) : 0n;
    const spte = iter.oldSpte;
    if (iter.level > 1 || (left & bit) === 0n) continue;
    left &= ~bit;
    if (!isShadowPresent(masks, spte) || !isLast(spte, iter.level)) continue;
    const value = cleanSpte(masks, spte, byWrite);
    if (value === null) continue;
    yield* setSpte(task, iter, value, { why: byWrite ? 'clear-dirty-by-write' : 'clear-dirty' });
    changed++;
  }
  return changed;
}

/** The frames of the mask that the log names are taken from it. */
function takeFromLog(slot: Memslot, gfn: number, mask: bigint): void {
  for (let bit = 0; bit < framesPerWord; bit++) {
    if ((mask >> BigInt(bit)) & 1n) slot.journal.removeFrom(slot.dirty, gfn + bit);
  }
}

export const clearDirtyLog = defineOperation({
  name: 'clear-dirty-log',
  title: 'Clear Dirty Log',
  summary: 'Takes frames from the dirty log and makes the next write to them show again.',
  source: 'kvm_arch_mmu_enable_log_dirty_pt_masked(), clear_dirty_pt_masked()',
  parameters: {
    slot: slotParameter,
    gfn: gfnParameter('first frame of 64, one for each bit of the mask'),
    mask: wordParameter('which of the 64 frames'),
    by: openChoice('D cleared, or W taken away', ['dirty-bit', 'write-protection'] as const),
  },
  conflict: ({ slot: id, gfn, by }, { slots, dirtyBy, tdx }) => {
    if (tdx) return loggingConflict(null, { tdx });
    if (by === 'dirty-bit' && dirtyBy !== by) {
      return {
        name: 'by',
        message: 'without page-modification logging nobody tells of dirty bits',
      };
    }
    const slot = slots.find((candidate) => candidate.id === id)!;
    const inside = gfn >= slot.baseGfn && gfn < slot.baseGfn + slot.pages;
    return inside ? null : { name: 'gfn', message: `the frame is not in slot ${id}` };
  },
  *run(task, { slot: id, gfn, mask, by }, machine) {
    const slot = slotById(machine, id);
    const byWrite = (by ?? machine.setup.dirtyBy) === 'write-protection';
    yield* task.lock('exclusive');
    takeFromLog(slot, gfn, mask);
    let changed = 0;
    for (const root of machine.rootsOf(slot.setup.asId, 'valid')) {
      changed += yield* clearMasked(task, root, gfn, mask, byWrite);
    }
    yield* task.unlock();
    if (changed > 0) yield* task.flush();
    return `${changed} entries cleaned`;
  },
});
