import type { CounterValues } from './counters';
import type { Machine } from './machine';

/** Counters by the command line's names. */
export function countersJson(counters: CounterValues) {
  return {
    mappings_4k: counters.mappings4k,
    mappings_2m: counters.mappings2m,
    mappings_1g: counters.mappings1g,
    mmu_pages: counters.mmuPages,
    nx_splits: counters.nxSplits,
    tlb_flushes: counters.tlbFlushes,
    faults: counters.faults,
  };
}

/**
 * The same as the kernel's own statistics show it (debugfs, `kvm_stat`); `null`: this kernel does not
 * count it for the TDP MMU.
 */
export function kvmStatistics({ kind, counters }: Machine) {
  const { countsPages, countsRawLarge } = kind.books;
  return {
    pages_4k: countsPages ? counters.get('mappings4k') : null,
    pages_2m: countsPages ? counters.get('mappings2m') : null,
    pages_1g: countsPages ? counters.get('mappings1g') : null,
    lpages: countsRawLarge ? counters.get('lpages') : null,
    nx_lpage_splits: counters.get('nxSplits'),
  };
}
