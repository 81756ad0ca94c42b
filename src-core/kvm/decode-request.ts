import type { CpuConfig } from '../paging/cpu';
import type { Basis, DecodedEntry } from '../paging/decoded-entry';
import type { EntryFormatName } from '../paging/entry-format';

/** A word, and all that is known about where it comes from. */
export interface DecodeRequest {
  /** The entry as an unsigned word. */
  readonly value: bigint;
  readonly format: EntryFormatName;
  /** As KVM counts: 1 = smallest page. */
  readonly level: number;
  /** Version text of the kernel that wrote it. */
  readonly kernel?: string;
  /** Name of a layout; wins over `kernel`. */
  readonly layout?: string;
  readonly cpu?: CpuConfig;
  /** How format and kernel became known; left out: given where they are, else assumed. */
  readonly basis?: Basis;
}

/** A question that makes no sense: one sentence that says what would. */
export interface DecodeProblem {
  readonly problem: string;
}

export type EntryDecoder = (request: DecodeRequest) => DecodedEntry | DecodeProblem;
