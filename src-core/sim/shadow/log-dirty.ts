import type { Memslot } from '../memslot';
import type { ShadowMachine } from './shadow-machine';

/**
 * A frame of a slot whose writes are logged: whoever makes a writable entry for it, or writes to it
 * for the guest, says so; a later write by the guest itself shows no more.
 * Source: `make_spte()`, `mark_page_dirty_in_slot()`.
 */
export function noteLogged(machine: ShadowMachine, slot: Memslot, gfn: number): void {
  if (!slot.dirtyLog || slot.dirty.has(gfn)) return;
  machine.journal.addTo(slot.dirty, gfn);
  machine.note('gfn-dirty', { gfn });
}
