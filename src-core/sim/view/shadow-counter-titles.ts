import type { ShadowCounterName } from '../shadow/shadow-counters';

/** What the counters of shadow paging are called, the most looked at first. */
export const shadowCounterTitles: readonly {
  readonly counter: ShadowCounterName;
  readonly name: string;
  readonly title: string;
}[] = [
  { counter: 'pages_4k', name: '4K', title: 'leaves of 4 KiB' },
  { counter: 'pages_2m', name: '2M', title: 'leaves of 2 MiB' },
  { counter: 'pages_1g', name: '1G', title: 'leaves of 1 GiB' },
  { counter: 'mmu_pages', name: 'pages', title: 'shadow pages' },
  { counter: 'mmu_unsync', name: 'unsync', title: 'shadow pages that may be behind' },
  { counter: 'rmap_descs', name: 'descs', title: 'descriptors of rmaps and parents' },
  { counter: 'faults', name: 'faults', title: 'page faults handled' },
  { counter: 'guest_faults', name: '#PF', title: 'page faults given to the guest' },
  { counter: 'emulated', name: 'emulated', title: 'writes emulated' },
  { counter: 'mmu_pte_write', name: 'pte writes', title: 'writes to shadowed tables seen' },
  { counter: 'mmu_pde_zapped', name: 'pde zapped', title: 'upper entries zapped by such writes' },
  { counter: 'mmu_flooded', name: 'flooded', title: 'pages zapped for being written too often' },
  { counter: 'mmu_shadow_zapped', name: 'zapped', title: 'shadow pages zapped' },
  { counter: 'mmu_recycled', name: 'recycled', title: 'rmaps that had become too long' },
  { counter: 'tlb_flushes', name: 'flushes', title: 'remote TLB flushes' },
];
