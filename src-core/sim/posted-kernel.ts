import type { EraRow } from '../kvm/era-row';
import { type KernelVersion, parseKernelVersion } from '../kvm/kernel-version';
import { findLayout } from '../kvm/layouts';
import { type BookkeepingForm, rfcBookkeeping } from './bookkeeping-form';
import { type OperationForm, operationFormOf } from './operation-form';
import { type TdpIterForm, tdpIterFormOf } from './tdp-iter-form';

/** A kernel that was posted and never released, as a scenario names it in a version's place. */
export interface PostedKernel {
  readonly name: string;
  /** The release it was written for. */
  readonly version: KernelVersion;
  readonly era: EraRow;
  readonly books: BookkeepingForm;
  readonly iterForm: TdpIterForm;
  readonly operations: OperationForm;
}

/**
 * The direct MMU's RFC of September 2019. Its layout and its books are its own; no tree has the rest,
 * so the iterator is the one posted next (October 2020), and operations go as in v5.12, the first
 * kernel whose page faults share the lock.
 */
const rfc2019: PostedKernel = {
  name: 'rfc-2019',
  version: parseKernelVersion('5.3')!,
  era: directPresence(findLayout('rfc-2019')!),
  books: rfcBookkeeping,
  iterForm: tdpIterFormOf('seed-v2')!,
  operations: {
    ...operationFormOf(parseKernelVersion('5.12')!)!,
    name: 'RFC of September 2019',
    fastZap: false,
  },
};

/** The direct MMU asks `is_present_direct_pte()` only: shadow-present, and not disconnected. */
function directPresence(era: EraRow): EraRow {
  return { ...era, parked: era.parked && { ...era.parked, countsAsPresent: false } };
}

const postedKernels: readonly PostedKernel[] = [rfc2019];

/** The posted kernel of that name; undefined: there is none. */
export function postedKernel(name: string): PostedKernel | undefined {
  return postedKernels.find((posted) => posted.name === name);
}
