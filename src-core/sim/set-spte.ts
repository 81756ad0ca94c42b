import { isLast, isParked, isShadowPresent } from '../kvm/spte';
import { handleChangedSpte } from './changed-spte';
import { isMirrored, refusedByMirror, removeExternal, setExternal } from './external-spte';
import type { Machine } from './machine';
import type { Steps } from './micro-step';
import type { Reason } from './reasons';
import { pagesAtLevel } from './table-page';
import type { Task } from './task';
import type { TdpIter } from './tdp-iter';
import { highHalf, lowHalf } from '../word';
import { updatesByExchange } from './volatile-spte';

export interface SetOptions {
  readonly why: Reason;
  /** The caller reports accessed pages itself: aging. */
  readonly keepsAccessed?: boolean;
}

/**
 * Sets the iterator's entry as the lock demands: at once under the exclusive lock, by compare-exchange
 * with the iterator's snapshot under the shared one.
 * @returns whether it was set; if not, the caller looks again
 */
export function* setSpte(
  task: Task,
  iter: TdpIter,
  value: bigint,
  options: SetOptions,
): Steps<boolean> {
  if (task.shared) return yield* setShared(task, iter, value, options);
  yield* setExclusive(task, iter, value, options);
  return true;
}

/** `tdp_mmu_set_spte()`: the books are kept with the value really found. */
function* setExclusive(task: Task, iter: TdpIter, value: bigint, options: SetOptions): Steps {
  const { machine } = task;
  const { masks, books, version } = machine.kind;
  const old = iter.table.entry(iter.index);
  if (books.setWarnsOnParked && (isParked(masks, iter.oldSpte) || isParked(masks, value))) {
    machine.warn('WARN_ON(is_removed_spte(old_spte) || is_removed_spte(new_spte))', placeOf(iter));
  }
  const exchanged =
    isShadowPresent(masks, old) &&
    isLast(old, iter.level) &&
    updatesByExchange(version, masks, old);
  write(machine, iter, old, value, options.why, exchanged ? 'exchange' : 'store');
  takeSnapshot(iter, old);
  yield task.step('write', iter);
  yield* keepBooks(task, iter, old, value, options);
  if (!isMirrored(machine, iter)) return;
  if (isShadowPresent(masks, value)) yield* task.bug('KVM_BUG_ON(is_shadow_present_pte(new_spte))');
  removeExternal(machine, old, placeOf(iter));
}

/** `tdp_mmu_set_spte_atomic()`. */
function* setShared(task: Task, iter: TdpIter, value: bigint, options: SetOptions): Steps<boolean> {
  if (!(yield* exchange(task, iter, value, options.why))) return false;
  yield* keepBooks(task, iter, iter.oldSpte, value, options);
  return true;
}

/**
 * `tdp_mmu_zap_spte_atomic()` and what came after it: makes the iterator's entry not-present.
 * Under the shared lock it is parked first, so that nobody else uses it before the flush is done.
 */
export function* zapSpte(task: Task, iter: TdpIter, why: Reason): Steps<boolean> {
  const { machine } = task;
  const { books, initialValue, parkedValue } = machine.kind;
  if (!task.shared || books.sharedZap === 'at-once' || parkedValue === null) {
    return yield* setSpte(task, iter, initialValue, { why });
  }
  if (!(yield* exchange(task, iter, parkedValue, 'atomic-freeze'))) return false;
  const old = iter.oldSpte;
  if (books.sharedZap === 'books-first') yield* keepBooks(task, iter, old, parkedValue, { why });
  yield* task.flush({ gfn: iter.gfn, pages: pagesAtLevel[iter.level]! });
  write(machine, iter, parkedValue, initialValue, 'atomic-clear', 'store');
  yield task.step('write', iter);
  if (books.sharedZap === 'books-last') yield* keepBooks(task, iter, old, initialValue, { why });
  return true;
}

/** Compare-exchange with the snapshot; on failure newer kernels keep what was found. */
function* exchange(task: Task, iter: TdpIter, value: bigint, why: Reason): Steps<boolean> {
  const { machine } = task;
  const { masks, books } = machine.kind;
  const expected = iter.oldSpte;
  if (iter.yielded) machine.warn('WARN_ON_ONCE(iter->yielded)', placeOf(iter));
  if (isParked(masks, expected)) {
    if (books.sharedSet === 'fails-on-parked') return false;
    machine.warn('WARN_ON_ONCE(is_frozen_spte(iter->old_spte))', placeOf(iter));
  }
  const found = iter.table.entry(iter.index);
  if (found !== expected) {
    machine.note('exchange-failed', { ...placeOf(iter), old: expected, new: found, why });
    if (books.failureRefreshes) takeSnapshot(iter, found);
    yield task.step('retry', iter);
    return false;
  }
  if (isMirrored(machine, iter)) {
    yield* exchangeMirrored(task, iter, value, why);
    return true;
  }
  write(machine, iter, expected, value, why, 'compare-exchange');
  yield task.step('write', iter);
  return true;
}

/** The same in a mirror's table: frozen, until the TDX module has changed the real one. */
function* exchangeMirrored(task: Task, iter: TdpIter, value: bigint, why: Reason): Steps {
  const { machine } = task;
  const frozen = machine.kind.parkedValue ?? 0n;
  const refused = refusedByMirror(machine, iter, value);
  if (refused !== null) yield* task.bug(refused);
  write(machine, iter, iter.oldSpte, frozen, 'external-freeze', 'compare-exchange');
  yield task.step('write', iter);
  yield* setExternal(task, iter, value, placeOf(iter));
  write(machine, iter, frozen, value, why, 'store');
  yield task.step('write', iter);
}

function keepBooks(
  task: Task,
  iter: TdpIter,
  old: bigint,
  value: bigint,
  options: SetOptions,
): Steps {
  return handleChangedSpte(task, {
    asId: iter.asId,
    gfn: iter.gfn,
    level: iter.level,
    old,
    new: value,
    shared: task.shared,
    keepsAccessed: options.keepsAccessed === true,
  });
}

function write(
  machine: Machine,
  iter: TdpIter,
  old: bigint,
  value: bigint,
  why: Reason,
  text: 'store' | 'exchange' | 'compare-exchange',
): void {
  machine.store(iter.table, iter.index, value);
  machine.note('write', { ...placeOf(iter), old, new: value, why, text });
}

function placeOf(iter: TdpIter) {
  const { table, index, level, gfn, asId } = iter;
  return { table: table.pa, index, level, gfn, asId };
}

function takeSnapshot(iter: TdpIter, value: bigint): void {
  iter.oldLo = lowHalf(value);
  iter.oldHi = highHalf(value);
}
