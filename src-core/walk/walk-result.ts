import type { Finding } from '../paging/decoded-entry';
import type { Permissions } from '../paging/format';

export type WalkStatus =
  'mapped' | 'not-present' | 'reserved' | 'missing' | 'non-canonical' | 'mmio' | 'cycle';

/** One table entry a walk read, root first. */
export interface WalkStep {
  readonly level: number;
  /** Byte address of the table. */
  readonly table: bigint;
  readonly index: number;
  readonly entryAddress: bigint;
  /** `null`: the memory does not hold this entry. */
  readonly entry: bigint | null;
  readonly kind: string;
}

/** The answer to "where does this address go?". Steps, not sentences. */
export interface WalkResult {
  readonly address: bigint;
  readonly status: WalkStatus;
  /** Byte address the input maps to; `null` unless mapped. */
  readonly physical: bigint | null;
  readonly pageSize: number | null;
  /** Level at which the walk ended. */
  readonly level: number;
  /** The last entry read, where it was a leaf. */
  readonly leaf: bigint | null;
  /** Effective over all levels; `null` unless mapped. */
  readonly permissions: Permissions | null;
  readonly steps: readonly WalkStep[];
  /** Byte address of the table that the memory does not hold. */
  readonly missing: bigint | null;
  readonly findings: readonly Finding[];
}
