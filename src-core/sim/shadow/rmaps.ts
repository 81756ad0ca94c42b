import type { Memslot } from '../memslot';
import { roundGfn } from '../table-page';
import { entriesOf, type PteListHead } from './pte-list';

/** One head a frame, level and slot: `slot->arch.rmap[level - 1]`. */
export class Rmaps {
  readonly #heads = new Map<string, PteListHead>();

  /** The head for a frame of a slot. Heads exist with their slot: making one is no change. */
  head(slot: Memslot, level: number, gfn: number): PteListHead {
    const key = `${slot.setup.id}/${level}/${roundGfn(gfn, level)}`;
    const known = this.#heads.get(key);
    if (known) return known;
    const head: PteListHead = { chain: null };
    this.#heads.set(key, head);
    return head;
  }

  /** Heads that hold something, in the order of their first use. */
  *used(): Generator<{ slotId: number; level: number; gfn: number; head: PteListHead }> {
    for (const [key, head] of this.#heads) {
      if (head.chain === null) continue;
      const [slotId, level, gfn] = key.split('/').map(Number) as [number, number, number];
      yield { slotId, level, gfn, head };
    }
  }

  /** All entries that map a frame, whatever their level; `last` is the largest level. */
  entriesOf(slot: Memslot, gfn: number, last: number): { level: number; address: number }[] {
    return Array.from({ length: last }, (_, below) => below + 1).flatMap((level) =>
      entriesOf(this.head(slot, level, gfn)).map((address) => ({ level, address })),
    );
  }
}
