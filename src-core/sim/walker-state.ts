/** A field of a kernel structure, as it is shown. */
export interface WalkerField {
  readonly name: string;
  readonly value: string;
  /** The table the value names; `null`: it names none. */
  readonly table: number | null;
}

/**
 * Where a walk stands that is not the TDP iterator's: a snapshot of the kernel's own structure.
 * Addresses and frames are numbers below 2^52.
 */
export interface WalkerState {
  /** The structure's name, such as `kvm_shadow_walk_iterator`. */
  readonly struct: string;
  /** Table of the current entry. */
  readonly table: number;
  /** Whose memory that table is in: the host's, or the guest's own. */
  readonly memory: 'host' | 'guest';
  readonly index: number;
  readonly level: number;
  /** The first frame that the current entry covers. */
  readonly gfn: number;
  readonly value: bigint;
  /** Tables on the path, the current level's first. */
  readonly path: readonly number[];
  readonly fields: readonly WalkerField[];
}
