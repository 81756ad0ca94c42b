import { isWritable } from '../../kvm/spte';
import type { SpteMasks } from '../../kvm/spte-masks';
import type { Machine } from '../machine';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import type { Task } from '../task';
import { changeLeafs } from './change-leafs';

const writeBit = 2n;

/** The slot of that number in an address space. */
export function slotById(machine: Machine, id: number): Memslot {
  return machine.slots.find((slot) => slot.setup.id === id)!;
}

export function rangeOfSlot({ setup, endGfn }: Memslot): { start: number; end: number } {
  return { start: setup.baseGfn, end: endGfn };
}

/**
 * `wrprot_gfn_range()` over a slot: leaves of `minLevel` and above lose W.
 * @returns how many did
 */
export function* writeProtectSlot(task: Task, slot: Memslot, minLevel: number): Steps<number> {
  const { machine } = task;
  let changed = 0;
  for (const root of machine.rootsOf(slot.setup.asId, 'valid')) {
    changed += yield* changeLeafs(
      task,
      root,
      { ...rangeOfSlot(slot), minLevel },
      {
        why: 'write-protect',
        mayYield: true,
        change: (spte) => (isWritable(spte) ? spte & ~writeBit : null),
      },
    );
  }
  return changed;
}

/** `clear_dirty_gfn_range()` over a slot: leaves lose D, or W where D must not be used. */
export function* clearDirtyOfSlot(task: Task, slot: Memslot): Steps<number> {
  const { machine } = task;
  let changed = 0;
  for (const root of machine.rootsOf(slot.setup.asId, 'valid')) {
    changed += yield* changeLeafs(task, root, rangeOfSlot(slot), {
      why: 'clear-dirty',
      mayYield: true,
      change: (spte) => cleanSpte(machine.kind.masks, spte, false),
    });
  }
  return changed;
}

/**
 * The entry made ready to show the next write: without W or without D.
 * @returns null: it shows it already
 */
export function cleanSpte(masks: SpteMasks, spte: bigint, byWrite: boolean): bigint | null {
  const noDirtyBit = !masks.format.hardwareAd || needsWriteProtect(masks, spte);
  const bit = byWrite || noDirtyBit ? writeBit : masks.dirty;
  return (spte & bit) === 0n ? null : spte & ~bit;
}

/** `spte_ad_need_write_protect()`: type "disabled" or "write-protect only". */
function needsWriteProtect(masks: SpteMasks, spte: bigint): boolean {
  const rule = masks.era.adType;
  return rule !== null && (spte & rule.mask) !== 0n;
}
