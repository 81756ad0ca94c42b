import type { KernelVersion } from '../kvm/kernel-version';
import { type KernelSpan, rowOfKernel } from './kernel-span';

/** How a span of kernels keeps the books of a changed entry, removes a table, sets and zaps entries. */
export interface BookkeepingForm extends KernelSpan {
  readonly name: string;
  /** A level or GFN that cannot be: the kernel warns, or stops. */
  readonly impossible: 'warn' | 'bug';
  /** A leaf may replace another one of another frame; else the kernel stops. */
  readonly leafMayMove: boolean;
  /** Nothing is done about an entry that keeps its value. */
  readonly skipsEqual: boolean;
  /** `kvm_tdp_mmu_spte_changed` is traced. */
  readonly traces: boolean;
  /** `lpages` is counted from bit 7 of the raw values, before anything asked whether they are present. */
  readonly countsRawLarge: boolean;
  /** `pages_4k`, `pages_2m`, `pages_1g` are counted. */
  readonly countsPages: boolean;
  /** A parked value may replace another not-present one silently. */
  readonly parkedIsQuiet: boolean;
  /** Replacing an MMIO entry by another not-present one is quiet as well; else only a new one is. */
  readonly oldMmioIsQuiet: boolean;
  /** How the WARN about not-present entries ends; `null`: it has no text. */
  readonly nonPresentText: string | null;
  /** The host is told of dirty pages when a leaf loses its dirty state. */
  readonly handsOverDirty: boolean;
  /** The same for accessed. */
  readonly handsOverAccessed: boolean;
  /** A GFN is logged as dirty when its entry becomes writable. */
  readonly logsWritable: boolean;
  /** `make_spte` logs the GFN of a writable 4 KiB entry. */
  readonly makeLogsWritable: boolean;
  /** A leaf in a table's place loses the table, whatever the frame number says. */
  readonly leafLosesTable: boolean;

  /** Entries of a removed table are cleared, parked, or marked, which may happen to each but once. */
  readonly removedEntries: 'cleared' | 'parked' | 'marked-once';
  /** What a removed table makes KVM flush: nothing, its range, or its range from the wrong start. */
  readonly removedFlush: 'none' | 'from-base' | 'from-last-child';
  /** Tables are freed after readers are gone. */
  readonly freesByRcu: boolean;

  /** Setting an entry under the exclusive lock: WARN if a parked value is involved. */
  readonly setWarnsOnParked: boolean;
  /** Setting an entry under the shared lock when the snapshot is parked. `null`: no shared lock. */
  readonly sharedSet: null | 'fails-on-parked' | 'warns-on-parked';
  /** A failed compare-exchange refreshes the iterator's snapshot. */
  readonly failureRefreshes: boolean;
  /** Zapping under the shared lock: parked first; books are kept then, or after the flush; or set at once. */
  readonly sharedZap: 'books-first' | 'books-last' | 'at-once';
  readonly source: string;
}

const v510: BookkeepingForm = {
  name: 'v5.10',
  from: '5.10-rc1',
  impossible: 'warn',
  leafMayMove: false,
  skipsEqual: true,
  traces: false,
  countsRawLarge: false,
  countsPages: false,
  parkedIsQuiet: false,
  oldMmioIsQuiet: true,
  nonPresentText: 'are MMIO SPTEs.',
  handsOverDirty: true,
  handsOverAccessed: true,
  logsWritable: true,
  makeLogsWritable: false,
  leafLosesTable: false,
  removedEntries: 'cleared',
  removedFlush: 'from-base',
  freesByRcu: false,
  setWarnsOnParked: false,
  sharedSet: null,
  failureRefreshes: false,
  sharedZap: 'at-once',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.10',
};

const v511: BookkeepingForm = {
  ...v510,
  name: 'v5.11',
  from: '5.11-rc1',
  traces: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.11',
};

const v512: BookkeepingForm = {
  ...v511,
  name: 'v5.12',
  from: '5.12-rc1',
  parkedIsQuiet: true,
  nonPresentText: 'are MMIO SPTEs, or the new SPTE is\na temporary removed SPTE.',
  removedEntries: 'parked',
  removedFlush: 'from-last-child',
  freesByRcu: true,
  setWarnsOnParked: true,
  sharedSet: 'fails-on-parked',
  sharedZap: 'books-first',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.12',
};

const v513: BookkeepingForm = {
  ...v512,
  name: 'v5.13',
  from: '5.13-rc1',
  countsRawLarge: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.13',
};

const v515: BookkeepingForm = {
  ...v513,
  name: 'v5.15',
  from: '5.15-rc1',
  countsRawLarge: false,
  countsPages: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.15',
};

const v516: BookkeepingForm = {
  ...v515,
  name: 'v5.16',
  from: '5.16-rc1',
  removedFlush: 'from-base',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.16',
};

const v517: BookkeepingForm = {
  ...v516,
  name: 'v5.17',
  from: '5.17-rc1',
  makeLogsWritable: true,
  source: 'arch/x86/kvm/mmu/{tdp_mmu,spte}.c, v5.17',
};

const v518: BookkeepingForm = {
  ...v517,
  name: 'v5.18',
  from: '5.18-rc1',
  leafLosesTable: true,
  removedFlush: 'none',
  sharedSet: 'warns-on-parked',
  failureRefreshes: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v6.1',
};

const v62: BookkeepingForm = {
  ...v518,
  name: 'v6.2',
  // There in v6.1, gone by v6.6; where between is not known.
  from: '6.2-rc1',
  logsWritable: false,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v6.8',
};

const v610: BookkeepingForm = {
  ...v62,
  name: 'v6.10',
  from: '6.10-rc1',
  sharedZap: 'books-last',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v6.12',
};

const v611: BookkeepingForm = {
  ...v610,
  name: 'v6.11',
  from: '6.11-rc1',
  nonPresentText: 'are MMIO SPTEs, or the new SPTE is\na temporary frozen SPTE.',
};

const v613: BookkeepingForm = {
  ...v611,
  name: 'v6.13',
  from: '6.13-rc1',
  handsOverDirty: false,
  handsOverAccessed: false,
  sharedZap: 'at-once',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v7.1',
};

/**
 * The RFC of September 2019: no statistics, nothing for the host, no leaf in a table's place, and
 * every entry of a table that is disconnected is marked so that no other CPU installs anything there.
 */
export const rfcBookkeeping: BookkeepingForm = {
  ...v510,
  name: 'RFC of September 2019',
  from: '5.3',
  impossible: 'bug',
  leafMayMove: true,
  skipsEqual: false,
  parkedIsQuiet: true,
  oldMmioIsQuiet: false,
  nonPresentText: null,
  handsOverDirty: false,
  handsOverAccessed: false,
  logsWritable: false,
  removedEntries: 'marked-once',
  removedFlush: 'none',
  sharedSet: 'fails-on-parked',
  source: 'patch 07/28 "kvm: mmu: Add functions for handling changed PTEs"',
};

/** Every form of merged kernels, oldest first. */
const bookkeepingForms: readonly BookkeepingForm[] = [
  v510,
  v511,
  v512,
  v513,
  v515,
  v516,
  v517,
  v518,
  v62,
  v610,
  v611,
  v613,
];

/** The form of a kernel; undefined before v5.10, which has no TDP MMU. */
export function bookkeepingFormOf(version: KernelVersion): BookkeepingForm | undefined {
  return rowOfKernel(bookkeepingForms, version);
}
