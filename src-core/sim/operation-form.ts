import type { KernelVersion } from '../kvm/kernel-version';
import { type KernelSpan, rowOfKernel } from './kernel-span';
import type { LockMode } from './mmu-lock';

type HeldLock = Exclude<LockMode, 'none'>;

/**
 * How a span of kernels goes about the operations of the TDP MMU. Which lock an operation takes, the
 * four ways of collapsing and the flush after a fast zap are told from the kernel's history; the rest
 * was read in the trees named.
 */
export interface OperationForm extends KernelSpan {
  readonly name: string;
  /** The lock that each operation takes. */
  readonly locks: {
    readonly fault: HeldLock;
    /** Write-protection and dirty bits of a whole slot, and collapsing. */
    readonly dirtyLog: HeldLock;
    /** Entries of roots that no vCPU uses any more. */
    readonly zapInvalidRoots: HeldLock;
    readonly age: HeldLock | 'none';
  };
  /** Locks under which a range may be zapped. */
  readonly zapRangeLocks: readonly HeldLock[];
  /** A body asks to yield when it has done its work, not before. */
  readonly yieldsLast: boolean;
  /** Zapping a range also takes tables that lie in it whole; else leaves only. */
  readonly zapsWholeTables: boolean;
  /** A fault below a huge page splits it; else it is zapped and an empty table linked. */
  readonly faultSplits: boolean;
  /** A fault is lowered below any table in its place; else only below one flagged for executable code. */
  readonly lowersBelowAnyTable: boolean;
  /** A fault whose access is allowed already changes nothing. */
  readonly faultChecksAccess: boolean;
  /** Faults on present entries may be mended without the lock. */
  readonly fastFault: boolean;
  /** How small mappings become huge again. */
  readonly collapse: 'zap-leafs' | 'step-up' | 'zap-parents' | 'make-huge';
  /** Huge pages are split when dirty logging begins. */
  readonly eagerSplit: boolean;
  /** The host may tell of a page's new place instead of only invalidating the old. */
  readonly changePte: boolean;
  /** A page that moved and stays read-only loses MMU-writable as well. */
  readonly movedLosesMmuWritable: boolean;
  /** Roots can be invalidated at once and zapped later. */
  readonly fastZap: boolean;
  /** Zapping invalidated roots ends with a TLB flush. */
  readonly fastZapFlushes: boolean;
  /** A split first tries to get a table without dropping the lock. */
  readonly splitAllocatesUnderLock: boolean;
  readonly source: string;
}

const v510: OperationForm = {
  name: 'v5.10',
  from: '5.10-rc1',
  locks: {
    fault: 'exclusive',
    dirtyLog: 'exclusive',
    zapInvalidRoots: 'exclusive',
    age: 'exclusive',
  },
  zapRangeLocks: ['exclusive'],
  yieldsLast: true,
  zapsWholeTables: true,
  faultSplits: false,
  lowersBelowAnyTable: true,
  faultChecksAccess: false,
  fastFault: false,
  collapse: 'zap-leafs',
  eagerSplit: false,
  changePte: true,
  movedLosesMmuWritable: false,
  fastZap: false,
  fastZapFlushes: true,
  splitAllocatesUnderLock: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.10, v5.11',
};

const v512: OperationForm = {
  ...v510,
  name: 'v5.12',
  from: '5.12-rc1',
  locks: { ...v510.locks, fault: 'shared' },
  yieldsLast: false,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.12',
};

const v513: OperationForm = {
  ...v512,
  name: 'v5.13',
  from: '5.13-rc1',
  locks: { ...v512.locks, dirtyLog: 'shared', zapInvalidRoots: 'shared' },
  zapRangeLocks: ['exclusive', 'shared'],
  fastZap: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.13',
};

const v514: OperationForm = {
  ...v513,
  name: 'v5.14',
  from: '5.14-rc1',
  fastFault: true,
  source: 'arch/x86/kvm/mmu/{mmu,tdp_mmu}.c, v5.14',
};

const v517: OperationForm = {
  ...v514,
  name: 'v5.17',
  from: '5.17-rc1',
  movedLosesMmuWritable: true,
  source: 'arch/x86/kvm/mmu/{spte,tdp_mmu}.c, v5.17',
};

const v518: OperationForm = {
  ...v517,
  name: 'v5.18',
  from: '5.18-rc1',
  zapRangeLocks: ['exclusive'],
  zapsWholeTables: false,
  fastZapFlushes: false,
  collapse: 'step-up',
  eagerSplit: true,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v5.19',
};

const v61: OperationForm = {
  ...v518,
  name: 'v6.1',
  from: '6.1-rc1',
  collapse: 'zap-parents',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v6.1',
};

const v63: OperationForm = {
  ...v61,
  name: 'v6.3',
  // There in v6.8, not in v6.1; v6.2 or v6.3 is not pinned down.
  from: '6.3-rc1',
  faultSplits: true,
  lowersBelowAnyTable: false,
  source: 'arch/x86/kvm/mmu/{mmu,tdp_mmu}.c, v6.8',
};

const v610: OperationForm = {
  ...v63,
  name: 'v6.10',
  from: '6.10-rc1',
  changePte: false,
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v6.12',
};

const v611: OperationForm = {
  ...v610,
  name: 'v6.11',
  // There in v6.8, gone by v6.12.
  from: '6.11-rc1',
  splitAllocatesUnderLock: false,
};

const v613: OperationForm = {
  ...v611,
  name: 'v6.13',
  from: '6.13-rc1',
  faultChecksAccess: true,
  collapse: 'make-huge',
  source: 'arch/x86/kvm/mmu/tdp_mmu.c, v7.1',
};

const v615: OperationForm = {
  ...v613,
  name: 'v6.15',
  from: '6.15-rc1',
  locks: { ...v613.locks, age: 'none' },
};

/** Every form, oldest first. */
const operationForms: readonly OperationForm[] = [
  v510,
  v512,
  v513,
  v514,
  v517,
  v518,
  v61,
  v63,
  v610,
  v611,
  v613,
  v615,
];

/** The form of a kernel; undefined before v5.10, which has no TDP MMU. */
export function operationFormOf(version: KernelVersion): OperationForm | undefined {
  return rowOfKernel(operationForms, version);
}
