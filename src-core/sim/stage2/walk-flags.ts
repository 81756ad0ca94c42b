import type { Errno } from './errno';
import type { WalkerForm } from './walker-form';

/** `enum kvm_pgtable_walk_flags`. Sources: Linux 6.1, 6.12, 7.2 `kvm_pgtable.h`. */
export const walkFlagNames = [
  'LEAF',
  'TABLE_PRE',
  'TABLE_POST',
  'SHARED',
  'HANDLE_FAULT',
  'IGNORE_EAGAIN',
  'SKIP_BBM_TLBI',
  'SKIP_CMO',
] as const;

export type WalkFlag = (typeof walkFlagNames)[number];

/** What a callback is called for. */
export type Visit = 'TABLE_PRE' | 'LEAF' | 'TABLE_POST';

/**
 * The flags a walk has on a kernel. `HANDLE_FAULT` (until v6.18) and `IGNORE_EAGAIN` (since v6.19)
 * are one bit with opposite meanings; each is left out where the kernel has the other.
 */
export function flagsOn(form: WalkerForm, flags: readonly WalkFlag[]): ReadonlySet<WalkFlag> {
  const unknown = new Set<WalkFlag>();
  if (!form.sharedFaults) unknown.add('SHARED');
  if (form.eagainGoesOn !== 'unless-handle-fault') unknown.add('HANDLE_FAULT');
  if (form.eagainGoesOn !== 'if-ignored') unknown.add('IGNORE_EAGAIN');
  return new Set(flags.filter((flag) => !unknown.has(flag)));
}

/** Whether what a callback returned ends the walk: `kvm_pgtable_walk_continue()`. */
export function endsWalk(
  form: WalkerForm,
  flags: ReadonlySet<WalkFlag>,
  result: Errno | null,
): boolean {
  if (result !== 'EAGAIN') return result !== null;
  switch (form.eagainGoesOn) {
    case 'never':
      return true;
    case 'unless-handle-fault':
      return flags.has('HANDLE_FAULT');
    case 'if-ignored':
      return !flags.has('IGNORE_EAGAIN');
  }
}
