import type { SpteChange } from './spte-change';

const bare = (value: bigint | number): string => value.toString(16);

/** `as_id: %d gfn: %llx old_spte: %llx new_spte: %llx level: %d`. */
function place(change: SpteChange): string {
  return `as_id: ${change.asId} gfn: ${bare(change.gfn)} old_spte: ${bare(change.old)} new_spte: ${bare(change.new)} level: ${change.level}`;
}

/** KVM's text before it stops. Source: arch/x86/kvm/mmu/tdp_mmu.c, v5.10 – v7.1. */
export function leafReplacedText(change: SpteChange): string {
  return `Invalid SPTE change: cannot replace a present leaf\nSPTE with another present leaf SPTE mapping a\ndifferent PFN!\n${place(change)}`;
}

/**
 * KVM's text about not-present entries.
 * @param ending which exceptions this kernel names; `null`: it prints no text
 */
export function nonPresentText(change: SpteChange, ending: string | null): string {
  if (ending === null) return `WARN: neither entry is present\n${place(change)}`;
  return `Unexpected SPTE change! Nonpresent SPTEs\nshould not be replaced with another,\ndifferent nonpresent SPTE, unless one or both\n${ending}\n${place(change)}`;
}
