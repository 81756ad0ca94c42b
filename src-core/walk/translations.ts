import type { WalkStatus } from './walk-result';

/** What a number in {@link Translations.status} means. */
export const statusNames = [
  'mapped',
  'not-present',
  'reserved',
  'missing',
  'non-canonical',
  'mmio',
] as const satisfies readonly WalkStatus[];

/** Statuses a batch of walks may end with. */
export type BatchStatus = (typeof statusNames)[number];

/** The number of a status. */
export const statusNumbers: Readonly<Record<BatchStatus, number>> = {
  mapped: 0,
  'not-present': 1,
  reserved: 2,
  missing: 3,
  'non-canonical': 4,
  mmio: 5,
};

/** Answers in the order of the questions. */
export interface Translations {
  /** Index into {@link statusNames}. */
  readonly status: Uint8Array;
  /** Level at which the walk ended. */
  readonly level: Uint8Array;
  /** Byte address; NaN unless mapped. */
  readonly physical: Float64Array;
}
