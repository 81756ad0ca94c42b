import type { Journal } from '../journal';
import type { PteListForm } from './pte-list-form';

/** `struct pte_list_desc`. */
export interface PteListDesc {
  readonly address: number;
  /** Next descriptor; `null`: the last. */
  more: PteListDesc | null;
  sptes: readonly number[];
  /** How many entries are behind this descriptor; 0 where kernels do not keep it. */
  tailCount: number;
}

/** `struct kvm_rmap_head`: nothing, the only entry, or a chain of descriptors. */
export interface PteListHead {
  chain: number | PteListDesc | null;
}

/** Bit 0 of the head's word: it points to descriptors. `KVM_RMAP_MANY`. */
const manyBit = 1n;

/** Where descriptors come from, and go to. */
export interface DescSource {
  take(): number;
  giveBack(address: number): void;
}

/**
 * Lists of entries as KVM keeps them, kernel by kernel. Entries are named by their address: table
 * plus 8 bytes for each index (KVM keeps the kernel's virtual address of the same place).
 */
export class PteLists {
  constructor(
    readonly form: PteListForm,
    readonly journal: Journal,
    readonly descs: DescSource,
  ) {}

  /** `pte_list_add()`. @returns how many entries there were before */
  add(head: PteListHead, spte: number): number {
    const { chain } = head;
    if (chain === null) {
      this.journal.assign(head, 'chain', spte);
      return 0;
    }
    if (typeof chain === 'number') {
      this.journal.assign(head, 'chain', this.#desc([chain, spte], null, 0));
      return 1;
    }
    return this.form.grows === 'head'
      ? this.#addAtHead(head, chain, spte)
      : this.#addAtTail(chain, spte);
  }

  #addAtHead(head: PteListHead, first: PteListDesc, spte: number): number {
    const count = first.tailCount + first.sptes.length;
    if (first.sptes.length === this.form.capacity) {
      this.journal.assign(head, 'chain', this.#desc([spte], first, count));
    } else {
      this.journal.assign(first, 'sptes', [...first.sptes, spte]);
    }
    return count;
  }

  #addAtTail(first: PteListDesc, spte: number): number {
    const { capacity } = this.form;
    let count = 0;
    let desc = first;
    while (desc.sptes.length === capacity) {
      count += capacity;
      if (desc.more === null) {
        this.journal.assign(desc, 'more', this.#desc([spte], null, 0));
        return count;
      }
      desc = desc.more;
    }
    count += desc.sptes.length;
    this.journal.assign(desc, 'sptes', [...desc.sptes, spte]);
    return count;
  }

  /** `pte_list_remove()`. @returns false: it was not there, and the kernel would stop (BUG) */
  remove(head: PteListHead, spte: number): boolean {
    const { chain } = head;
    if (chain === null) return false;
    if (typeof chain === 'number') {
      if (chain !== spte) return false;
      this.journal.assign(head, 'chain', null);
      return true;
    }
    let previous: PteListDesc | null = null;
    for (let desc: PteListDesc | null = chain; desc; previous = desc, desc = desc.more) {
      const at = desc.sptes.indexOf(spte);
      if (at < 0) continue;
      if (this.form.grows === 'head') this.#fillFrom(chain, desc, at);
      else this.#fillFrom(desc, desc, at);
      const emptied = this.form.grows === 'head' ? chain : desc;
      if (emptied.sptes.length === 0) this.#unlink(head, emptied, previous);
      return true;
    }
    return false;
  }

  /** The last entry of a descriptor goes into the hole. */
  #fillFrom(from: PteListDesc, holed: PteListDesc, at: number): void {
    const last = from.sptes.at(-1)!;
    this.journal.assign(from, 'sptes', from.sptes.slice(0, -1));
    if (from === holed && at === from.sptes.length) return;
    const filled = [...holed.sptes];
    filled[at] = last;
    this.journal.assign(holed, 'sptes', filled);
  }

  #unlink(head: PteListHead, desc: PteListDesc, previous: PteListDesc | null): void {
    const isFirst = head.chain === desc;
    if (isFirst) this.journal.assign(head, 'chain', desc.more);
    else this.journal.assign(previous!, 'more', desc.more);
    this.descs.giveBack(desc.address);
  }

  /** Empties a list: `pte_list_destroy()`. */
  clear(head: PteListHead): void {
    for (const desc of descsOf(head)) this.descs.giveBack(desc.address);
    this.journal.assign(head, 'chain', null);
  }

  #desc(sptes: readonly number[], more: PteListDesc | null, tailCount: number): PteListDesc {
    return { address: this.descs.take(), sptes, more, tailCount };
  }
}

/** Descriptors of a list, the first one first. */
export function descsOf({ chain }: PteListHead): PteListDesc[] {
  const descs: PteListDesc[] = [];
  let desc = typeof chain === 'number' ? null : chain;
  for (; desc; desc = desc.more) descs.push(desc);
  return descs;
}

/** Entries of a list, in the order in which the kernel goes through them. */
export function entriesOf(head: PteListHead): number[] {
  if (typeof head.chain === 'number') return [head.chain];
  return descsOf(head).flatMap(({ sptes }) => sptes);
}

/** The head's word: 0, the only entry's address, or a descriptor's with bit 0 set. */
export function headWord({ chain }: PteListHead): bigint {
  if (chain === null) return 0n;
  return typeof chain === 'number' ? BigInt(chain) : BigInt(chain.address) | manyBit;
}
