import type { TdpIter } from './tdp-iter';
import type { WalkerState } from './walker-state';

/** The smallest moves a person can see; between any two of them another CPU may do something. */
export const microKinds = [
  /** Somebody else holds the lock. */
  'waiting',
  /** The lock was taken. */
  'locked',
  'unlocked',
  /** A walk was started at a root. */
  'walk',
  /** The loop's body looks at an entry. */
  'visit',
  /** The entry is read again before the walk steps down. */
  'reread',
  'down',
  'side',
  'up',
  'restart',
  /** The walk is over: its end was reached or the root's table has no more entries. */
  'end',
  /** An entry was changed and is on the books. */
  'write',
  /** An entry was made invalid on the way to its new value: break-before-make. */
  'broken',
  /** An entry of a table that is being removed was parked or cleared. */
  'remove-entry',
  /** The compare-exchange failed; the body starts again with what it found. */
  'retry',
  /** The TDX module did what KVM asked for. */
  'external',
  'flush',
  /** The lock was dropped because somebody wants the CPU. */
  'yielded',
  /** A look at one entry without any lock. */
  'look',
  /** KVM reads an entry of the guest's own tables. */
  'guest-read',
  /** A shadow page is brought up to date. */
  'sync',
  /** A shadow page is thrown away. */
  'zap-page',
  /** An instruction of the guest is emulated. */
  'emulate',
  'cache-filled',
  /** An entry was put into, or found in, the list of those that map a frame. */
  'rmap-entry',
  /** What the CPU itself does: walks, sets accessed and dirty. */
  'cpu',
  /** The operation is over. */
  'done',
  /** Nothing goes on from here but back. */
  'stopped',
] as const;

export type MicroKind = (typeof microKinds)[number];

export interface MicroStep {
  readonly kind: MicroKind;
  /** The iterator that moved, where one did. It moves on: whoever keeps the step takes its state. */
  readonly iter: TdpIter | null;
  /** Where a walk of another kind stands, where one moved. */
  readonly walker: WalkerState | null;
}

/** An operation, one move at a time. */
export type Steps<Result = void> = Generator<MicroStep, Result, void>;
