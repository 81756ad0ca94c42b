import type { Journal } from '../journal';
import { NamedCounters } from '../counters';

/** What a machine with shadow paging counts; the names are those of KVM's own statistics where it has such. */
export const shadowCounterNames = [
  'pages_4k',
  'pages_2m',
  'pages_1g',
  /** Shadow pages in use, roots included. */
  'mmu_pages',
  'mmu_shadow_zapped',
  'mmu_pte_write',
  'mmu_pde_zapped',
  'mmu_flooded',
  'mmu_recycled',
  'mmu_unsync',
  /** Descriptors that rmaps and lists of parents hold. */
  'rmap_descs',
  'tlb_flushes',
  'faults',
  'guest_faults',
  'emulated',
] as const;

export type ShadowCounterName = (typeof shadowCounterNames)[number];

export class ShadowCounters extends NamedCounters<ShadowCounterName> {
  constructor(journal: Journal) {
    super(journal, shadowCounterNames);
  }
}

/** The counter of leaves of that level. */
export const leafCounters: readonly (ShadowCounterName | null)[] = [
  null,
  'pages_4k',
  'pages_2m',
  'pages_1g',
];
