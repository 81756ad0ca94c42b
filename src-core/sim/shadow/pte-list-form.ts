import type { KernelVersion } from '../../kvm/kernel-version';
import { type KernelSpan, rowOfKernel } from '../kernel-span';

/** A member of `struct pte_list_desc`. */
export interface DescMember {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** How a span of kernels keeps lists of entries: of a frame (rmap) and of a table (its parents). */
export interface PteListForm extends KernelSpan {
  readonly name: string;
  /** `PTE_LIST_EXT`: entries in one descriptor. */
  readonly capacity: number;
  /** Size of a descriptor in bytes. */
  readonly descBytes: number;
  readonly members: readonly DescMember[];
  /**
   * Where a full list grows: a new descriptor behind the last, or a new head in front. With a new
   * head all others are full, and a hole is filled from the head; before, from the same descriptor.
   */
  readonly grows: 'tail' | 'head';
  readonly source: string;
}

const word = (name: string, offset: number): DescMember => ({ name, offset, bytes: 8 });
const half = (name: string, offset: number): DescMember => ({ name, offset, bytes: 4 });
const array = (capacity: number, offset: number): DescMember => ({
  name: `sptes[${capacity}]`,
  offset,
  bytes: 8 * capacity,
});

/** Oldest first. */
export const pteListForms: readonly PteListForm[] = [
  {
    name: 'v5.14',
    from: '4.4',
    capacity: 3,
    descBytes: 32,
    members: [array(3, 0), word('more', 24)],
    grows: 'tail',
    source: 'arch/x86/kvm/mmu/mmu.c, v5.14',
  },
  {
    name: 'v5.15',
    from: '5.15-rc1',
    capacity: 14,
    descBytes: 128,
    members: [word('more', 0), word('spte_count', 8), array(14, 16)],
    grows: 'tail',
    source: 'arch/x86/kvm/mmu/mmu.c, v5.15',
  },
  {
    name: 'v6.4',
    from: '6.4-rc1',
    capacity: 14,
    descBytes: 128,
    members: [word('more', 0), half('spte_count', 8), half('tail_count', 12), array(14, 16)],
    grows: 'head',
    source: 'arch/x86/kvm/mmu/mmu.c, v7.1',
  },
];

/** @returns undefined for kernels before v4.4 */
export function pteListFormOf(version: KernelVersion): PteListForm | undefined {
  return rowOfKernel(pteListForms, version);
}
