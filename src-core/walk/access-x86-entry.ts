import { setBits } from '../word';
import { pageFaultBit } from '../paging/page-fault-error';
import type { DecidedBy } from './access-answer';
import { decidedBy, type PathEntry, reservedBitsSet } from './access-path';

/** Bits that entries of x86 paging and of nested paging have in common. Source: SDM vol. 3A, APM vol. 2 5.3. */
export const entryBit = {
  present: 1n << 0n,
  write: 1n << 1n,
  user: 1n << 2n,
  accessed: 1n << 5n,
  dirty: 1n << 6n,
  noExecute: 1n << 63n,
} as const;

/** An entry that the CPU cannot use, and what that adds to the error code. */
export interface UnusableEntry {
  readonly by: DecidedBy;
  readonly adds: bigint;
}

/** Whether the last entry of a walk is not present or malformed; `null`: it can be used. */
export function unusableEntry(last: PathEntry): UnusableEntry | null {
  if (last.kind === 'none') {
    const why = `not present at level ${last.level}`;
    return { by: decidedBy(last, entryBit.present, why), adds: 0n };
  }
  if (last.kind !== 'malformed') return null;
  const bits = reservedBitsSet(last);
  const why = `reserved bits ${setBits(bits).join(', ')} are set at level ${last.level}`;
  return {
    by: decidedBy(last, bits, why),
    adds: pageFaultBit.present | pageFaultBit.reserved,
  };
}
