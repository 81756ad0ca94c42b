import { fixturePlace, jsonFiles, sharedPlace } from './places';

/** A change as the RFC's own code handled it; layout: README of the golden data. */
export interface RfcFileCase {
  readonly kind: string;
  readonly level: number;
  readonly old_pte: string;
  readonly new_pte: string;
  readonly was_present: boolean;
  readonly is_present: boolean;
  readonly was_leaf: boolean;
  readonly pfn_changed: boolean;
  readonly events: readonly (readonly (string | number)[])[];
  readonly freed_tables: readonly string[];
  readonly entries_written: number;
  readonly kernel_warns: number;
  readonly kernel_bug: string | null;
}

/** The whole set beside the checkout, or the small one kept here. */
const folder = sharedPlace('golden', 'rfc-changed-pte') ?? fixturePlace('rfc-changed-pte');

/** Every file of cases. */
export const goldenRfcChanges: readonly {
  name: string;
  read: () => { readonly cases: readonly RfcFileCase[] };
}[] = jsonFiles(folder).map(({ name, read }) => ({
  name,
  read: () => read() as { cases: RfcFileCase[] },
}));
