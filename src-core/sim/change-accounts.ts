import { brokenInvariants, kernelMessage } from '../kvm/invariants';
import { isAccessed, isDirty, isLarge, isMmio, isParked, isWritable } from '../kvm/spte';
import { nonPresentText } from './change-messages';
import { mappingCounter } from './counters';
import type { EventFacts } from './event-log';
import type { Machine } from './machine';
import type { ChangeFacts, SpteChange } from './spte-change';

/** The parts of a changed entry's books that touch no other entry. Source: tdp_mmu.c. */

/** The change as events tell it. */
export function changedEntry(change: SpteChange): EventFacts {
  const { gfn, level, asId, old, new: now } = change;
  return { gfn, level, asId, old, new: now };
}

/** What this kernel holds a new leaf to: `check_spte_writable_invariants()`. */
export function checkLeaf(machine: Machine, change: SpteChange): void {
  const { masks, version } = machine.kind;
  for (const broken of brokenInvariants(masks, version, change.new)) {
    machine.warn(kernelMessage(broken, change.new) ?? broken.meaning, changedEntry(change));
  }
}

/** Bit 7 of whatever stands there: a parked value and some MMIO entries count as large. */
export function countRawLarge({ counters }: Machine, change: SpteChange): void {
  const difference = Number(isLarge(change.new)) - Number(isLarge(change.old));
  if (difference !== 0) counters.add('lpages', difference);
}

export function countMapping({ counters }: Machine, { level }: SpteChange, by: 1 | -1): void {
  const counter = mappingCounter(level);
  if (counter) counters.add(counter, by);
}

export function warnAboutNonPresent(machine: Machine, change: SpteChange): void {
  const { masks, books } = machine.kind;
  const quiet =
    (books.oldMmioIsQuiet && isMmio(masks, change.old)) ||
    isMmio(masks, change.new) ||
    (books.parkedIsQuiet && isParked(masks, change.new));
  if (!quiet) machine.warn(nonPresentText(change, books.nonPresentText), changedEntry(change));
}

/** A leaf that loses its dirty or accessed state tells the host of it. */
export function handOver(machine: Machine, change: SpteChange, facts: ChangeFacts): void {
  if (!facts.wasLeaf) return;
  const { masks, books } = machine.kind;
  const gone = facts.pfnChanged || !facts.isPresent;
  const page = { gfn: change.gfn, level: change.level, asId: change.asId, old: change.old };
  if (books.handsOverDirty && isDirty(masks, change.old)) {
    if (gone || !isDirty(masks, change.new)) machine.note('page-dirty', page);
  }
  if (books.handsOverAccessed && change.keepsAccessed !== true && isAccessed(masks, change.old)) {
    if (gone || !isAccessed(masks, change.new)) machine.note('page-accessed', page);
  }
}

/** `handle_changed_spte_dirty_log()`. */
export function logWritable(machine: Machine, change: SpteChange, facts: ChangeFacts): void {
  if (change.level > 1) return;
  const becameWritable =
    facts.isPresent &&
    isWritable(change.new) &&
    (!facts.wasPresent || !isWritable(change.old) || facts.pfnChanged);
  if (becameWritable) markDirty(machine, change.gfn, change.asId);
}

/** `mark_page_dirty_in_slot()`: only while the slot's writes are logged. */
export function markDirty(machine: Machine, gfn: number, asId: number): void {
  const slot = machine.slotOf(gfn, asId);
  if (!slot?.dirtyLog || slot.dirty.has(gfn)) return;
  machine.journal.addTo(slot.dirty, gfn);
  machine.note('gfn-dirty', { gfn, asId });
}
