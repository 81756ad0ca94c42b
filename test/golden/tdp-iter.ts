import type { TdpIterRow } from '../../src-core/sim/tdp-iter-trace';
import { fixturePlace, jsonFiles, sharedPlace } from './places';

/** A walk as a kernel's own iterator made it; layout: README of the golden data. */
export interface TdpIterFile {
  readonly case: string;
  readonly version: string;
  readonly tags: readonly string[];
  readonly mutations: readonly {
    readonly yielded?: boolean;
    readonly state_after_restart?: TdpIterRow;
  }[];
  readonly steps: readonly TdpIterRow[] | null;
  readonly steps_count: number;
  readonly steps_sha256: string;
  readonly steps_head?: readonly TdpIterRow[];
  readonly steps_tail?: readonly TdpIterRow[];
  readonly valid_at_end: boolean;
  readonly kernel_warnings: number;
}

/** The whole set beside the checkout, or the small one kept here. */
export const tdpIterFolder = sharedPlace('golden', 'tdp-iter') ?? fixturePlace('tdp-iter');

/** Every recorded walk, by file name. */
export const goldenWalks: readonly { name: string; read: () => TdpIterFile }[] = jsonFiles(
  tdpIterFolder,
).map(({ name, read }) => ({ name, read: () => read() as TdpIterFile }));
