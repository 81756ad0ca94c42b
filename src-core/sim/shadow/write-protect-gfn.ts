import { isMmuWritable, isWritable } from '../../kvm/spte';
import type { Memslot } from '../memslot';
import { writeSpte } from './drop-spte';
import { spteIndex } from './mmu-page';
import { entriesOf } from './pte-list';
import type { ShadowMachine } from './shadow-machine';

const writeBit = 2n;
/** `KVM_MAX_HUGEPAGE_LEVEL`. */
export const highestLeaf = 3;

/**
 * `spte_write_protect()` for everything that maps a frame.
 * @param forTable the frame holds a table of the guest: the entry must not be made writable without
 *   the lock, so it loses MMU-writable too; else writes are logged
 * @returns whether anything was writable, so that a TLB flush is due
 */
export function writeProtectGfn(
  machine: ShadowMachine,
  slot: Memslot,
  gfn: number,
  forTable: boolean,
  minLevel = 1,
): boolean {
  const { masks } = machine.kind;
  let flush = false;
  for (let level = minLevel; level <= highestLeaf; level++) {
    for (const address of entriesOf(machine.rmaps.head(slot, level, gfn))) {
      const page = machine.pages.holding(address)!;
      const index = spteIndex(address);
      const spte = page.table.entry(index);
      if (!isWritable(spte) && !(forTable && isMmuWritable(masks, spte))) continue;
      const lost = forTable ? writeBit | masks.mmuWritable : writeBit;
      writeSpte(machine, page, index, spte & ~lost, forTable ? 'shadow-protect' : 'write-protect');
      flush = true;
    }
  }
  return flush;
}

/** `kvm_vcpu_write_protect_gfn()`. */
export function protectTable(machine: ShadowMachine, gfn: number): boolean {
  const slot = machine.slotOf(gfn);
  return slot !== undefined && writeProtectGfn(machine, slot, gfn, true);
}
