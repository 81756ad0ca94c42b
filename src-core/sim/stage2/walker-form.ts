import type { KernelVersion } from '../../kvm/kernel-version';
import { type KernelSpan, rowOfKernel } from '../kernel-span';

/**
 * KVM's page-table walker and the operations on it, over a span of kernels. Numbers of versions are
 * the facts' where a source of that version was read; else they are the history of the file.
 */
export interface WalkerForm extends KernelSpan {
  readonly name: string;
  /**
   * How a table gives way to a block. `anchor`: cleared on the way down, its tables freed on the
   * way up, the block written last. `at-once`: replaced before the walk goes down, freed later.
   */
  readonly collapse: 'anchor' | 'at-once';
  /** An entry is read again after TABLE_PRE too, not after LEAF only. */
  readonly rereadsAfterPre: boolean;
  /** Break-before-make leaves a mark (LOCKED) between old and new; else the entry is just empty. */
  readonly marksBroken: boolean;
  /** Faults run side by side, under the read lock, with compare-and-exchange. */
  readonly sharedFaults: boolean;
  /** Which walks EAGAIN does not end. */
  readonly eagainGoesOn: 'never' | 'unless-handle-fault' | 'if-ignored';
  /** An attribute walk over an invalid entry: EAGAIN, or nothing. */
  readonly attributesNeedValid: boolean;
  /** Huge pages can be split ahead of time; walks may leave out TLBI and cache maintenance. */
  readonly eagerSplit: boolean;
  /** What is invalidated when a table gives way. */
  readonly tableFlush: 'vmid' | 'range';
  /** An unmap may leave its TLBIs to one at its end: range TLBI and FWB. */
  readonly mayDeferUnmapFlush: boolean;
  /** Accesses of a range are asked for at once; else of one address. */
  readonly agesRanges: boolean;
  /** Relaxed permissions are made known to this CPU only. */
  readonly relaxFlush: 'shareable' | 'local';
  /** Invalid entries are typed; ownership is written by `annotate`, before by `set_owner`. */
  readonly ownership: 'none' | 'set-owner' | 'annotate';
  readonly source: string;
}

const v510: WalkerForm = {
  name: 'v5.10',
  from: '5.10-rc1',
  collapse: 'anchor',
  rereadsAfterPre: false,
  marksBroken: false,
  sharedFaults: false,
  eagainGoesOn: 'never',
  attributesNeedValid: false,
  eagerSplit: false,
  tableFlush: 'vmid',
  mayDeferUnmapFlush: false,
  agesRanges: false,
  relaxFlush: 'shareable',
  ownership: 'none',
  source: 'arch/arm64/kvm/hyp/pgtable.c, v6.1',
};

const v513: WalkerForm = {
  ...v510,
  name: 'v5.13',
  from: '5.13-rc1',
  ownership: 'set-owner',
  source: 'arch/arm64/kvm/hyp/pgtable.c, v6.1: kvm_pgtable_stage2_set_owner()',
};

const v62: WalkerForm = {
  ...v513,
  name: 'v6.2',
  from: '6.2-rc1',
  collapse: 'at-once',
  rereadsAfterPre: true,
  marksBroken: true,
  sharedFaults: true,
  eagainGoesOn: 'unless-handle-fault',
  attributesNeedValid: true,
  source: 'arch/arm64/kvm/hyp/pgtable.c, v6.12 beside v6.1',
};

const v65: WalkerForm = {
  ...v62,
  name: 'v6.5',
  from: '6.5-rc1',
  eagerSplit: true,
  agesRanges: true,
  source: 'arch/arm64/kvm/hyp/pgtable.c, v6.12: kvm_pgtable_stage2_split()',
};

const v66: WalkerForm = {
  ...v65,
  name: 'v6.6',
  // Read in v6.12; that range TLBIs came with v6.6 is from the file's history.
  from: '6.6-rc1',
  tableFlush: 'range',
  mayDeferUnmapFlush: true,
  relaxFlush: 'local',
  source: 'arch/arm64/kvm/hyp/pgtable.c, v6.12: kvm_tlb_flush_vmid_range()',
};

const v619: WalkerForm = {
  ...v66,
  name: 'v6.19',
  from: '6.19-rc1',
  eagainGoesOn: 'if-ignored',
  source: 'arch/arm64/kvm/hyp/pgtable.c, v7.2; commit 19cffd16ed64',
};

const v71: WalkerForm = {
  ...v619,
  name: 'v7.1',
  from: '7.1-rc1',
  ownership: 'annotate',
  source: 'arch/arm64/kvm/hyp/pgtable.c, v7.2: kvm_pgtable_stage2_annotate()',
};

/**
 * Before v5.10 KVM went through stage 2 with the host's helpers, level by level. Source: v4.20 to v5.9
 * `virt/kvm/arm/mmu.c`, `arch/arm64/kvm/mmu.c`.
 */
export const foldedWalkerForm: WalkerForm = {
  ...v510,
  name: 'v4.20',
  from: '4.18',
  source: 'virt/kvm/arm/mmu.c, v4.20',
};

/** Oldest first. */
export const walkerForms: readonly WalkerForm[] = [v510, v513, v62, v65, v66, v619, v71];

/** The walker of a kernel; undefined before v5.10, which borrows the host's helpers. */
export function walkerFormOf(version: KernelVersion): WalkerForm | undefined {
  return rowOfKernel(walkerForms, version);
}
