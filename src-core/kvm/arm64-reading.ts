import type { DescriptorType } from '../paging/arm64-fields';
import type { CpuConfig } from '../paging/cpu';
import type { Facts, Finding } from '../paging/decoded-entry';
import type { FieldSpec, Permissions } from '../paging/format';

/** A span of kernels that share their software bits, and its name. */
export interface SoftwareSpan {
  readonly name: string;
  readonly from: string;
  /** `null`: the newest known. */
  readonly last: string | null;
}

/** What each stage is asked about an entry. */
export interface Arm64Entry {
  readonly value: bigint;
  readonly type: DescriptorType;
  /** As KVM counts: 1 = smallest page. */
  readonly level: number;
  readonly cpu: CpuConfig;
  readonly kernel: string | undefined;
  readonly layout: string | undefined;
}

/** What a stage makes of an entry, beside what both stages share. */
export interface Arm64Reading {
  readonly facts: Facts;
  readonly fields: readonly FieldSpec[];
  readonly permissions: Permissions | null;
  /** Beside the architecture's own warnings. */
  readonly findings: readonly Finding[];
  readonly layout: SoftwareSpan & { readonly caveat: string | null };
  /** What was assumed because nobody said, one phrase each. */
  readonly assumptions: readonly string[];
}
