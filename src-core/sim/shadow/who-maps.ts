import { isLast } from '../../kvm/spte';
import { highestLeaf } from './write-protect-gfn';
import { roundGfn } from '../table-page';
import { gfnOf, type MmuPage, spteAddress } from './mmu-page';
import type { ShadowMachine } from './shadow-machine';

/** An entry that maps a frame. */
export interface Mapping {
  readonly page: MmuPage;
  readonly index: number;
}

/** The answer of the tables themselves: every leaf of every shadow page is looked at. */
export function mappingsByTables(machine: ShadowMachine, gfn: number): Mapping[] {
  const found: Mapping[] = [];
  for (const page of machine.pages.all()) {
    if (page.level > highestLeaf) continue;
    for (let index = 0; index < 512; index++) {
      const spte = page.table.entry(index);
      if (!machine.isPresent(spte) || !isLast(spte, page.level)) continue;
      if (gfnOf(page, index) === roundGfn(gfn, page.level)) found.push({ page, index });
    }
  }
  return found;
}

/** Whether the rmap names exactly the entries that the tables have. */
export function agrees(addresses: readonly number[], tables: readonly Mapping[]): boolean {
  const inTables = tables.map(({ page, index }) => spteAddress(page, index));
  return (
    addresses.length === inTables.length && addresses.every((address) => inTables.includes(address))
  );
}
