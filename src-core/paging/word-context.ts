import type { CpuConfig } from './cpu';

/** What a word's meaning depends on; every part may be unknown. */
export interface WordContext {
  readonly cpu?: CpuConfig;
  /** Kernel version, for words whose bits KVM defines. */
  readonly kernel?: string;
  /** CR3: which paging it is the root of. */
  readonly paging?: '32-bit' | 'pae' | '4-level' | '5-level';
  /** CR3: CR4.PCIDE. */
  readonly pcid?: boolean;
  /** VTTBR_EL2: the VTCR_EL2 beside it, which says how much of it is the root. */
  readonly vtcr?: bigint;
}
