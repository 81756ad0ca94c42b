import { CpuTask } from './cpu-task';
import type { Machine } from './machine';
import type { Steps } from './micro-step';
import type { ShadowPage } from './shadow-page';
import { TdpIter } from './tdp-iter';

/** What a walk is asked for: `for_each_tdp_pte_min_level(iter, root, min_level, start, end)`. */
export interface WalkRange {
  readonly start: number;
  readonly end: number;
  readonly minLevel?: number;
}

/** One CPU's way through an operation on the TDP MMU: the walks it makes. */
export class Task extends CpuTask<Machine> {
  get shared(): boolean {
    return this.held !== 'exclusive';
  }

  /**
   * Reads the memory slots as they are now; whoever changes them waits until it is done (SRCU).
   * Nothing else keeps a fault from using a slot that was just changed.
   */
  *readingSlots<Result>(part: () => Steps<Result>): Steps<Result> {
    const { journal, state } = this.machine;
    journal.assign(state, 'slotReaders', state.slotReaders + 1);
    const result = yield* part();
    journal.assign(state, 'slotReaders', state.slotReaders - 1);
    return result;
  }

  /** Waits until nobody uses the slots as they were before: `synchronize_srcu()`. */
  *waitForSlotReaders(): Steps {
    while (this.machine.state.slotReaders > 0) yield this.step('waiting');
  }

  /** One change of the slots at a time: `kvm->slots_lock`. */
  *changingSlots<Result>(part: () => Steps<Result>): Steps<Result> {
    const { journal, state } = this.machine;
    while (state.slotsLocked) yield this.step('waiting');
    journal.assign(state, 'slotsLocked', true);
    const result = yield* part();
    journal.assign(state, 'slotsLocked', false);
    return result;
  }

  /** Starts a walk: the first entry is the current one. */
  *walk(root: ShadowPage, range: WalkRange): Steps<TdpIter> {
    const { machine } = this;
    const iter = new TdpIter(
      machine.kind.iterForm,
      machine.kind.iterRule,
      machine.pages.memory,
      (condition) => machine.warn(`WARN in tdp_iter: ${condition}`),
    );
    iter.start({
      root: root.table,
      rootLevel: root.level,
      minLevel: range.minLevel ?? 1,
      gfn: range.start,
      gfnBits: machine.gfnBitsOf(root),
      asId: root.asId,
    });
    yield this.step('walk', iter);
    if (iter.gfn < range.end) yield this.step('visit', iter);
    return iter;
  }

  /** `tdp_iter_next()`, move by move, and a look at where it came to. */
  *next(iter: TdpIter, end: number): Steps {
    yield* this.#advance(iter);
    if (iter.valid && iter.gfn < end) yield this.step('visit', iter);
    else yield this.step('end', iter);
  }

  *#advance(iter: TdpIter): Steps {
    if (iter.yielded) {
      iter.restart();
      yield this.step('restart', iter);
      return;
    }
    if (iter.mayStepDown) {
      const child = iter.rereadChild();
      yield this.step('reread', iter);
      if (iter.missing !== null) yield* this.stopAtUnknown(iter.missing);
      if (child) {
        iter.enter(child);
        yield this.step('down', iter);
        return;
      }
    }
    while (!iter.tryStepSide()) {
      if (!iter.tryStepUp()) {
        iter.valid = false;
        return;
      }
      yield this.step('up', iter);
    }
    yield this.step('side', iter);
  }

  /**
   * `tdp_mmu_iter_cond_resched()`.
   * @param flushFirst the caller has a TLB flush pending: it is done before the lock is dropped
   * @returns whether it yielded: the body continues with the next entry
   */
  *condResched(iter: TdpIter, flushFirst: boolean): Steps<boolean> {
    const { machine } = this;
    if (!machine.state.rescheduleDue) return false;
    if (!iter.mayYield()) {
      machine.note('yield-refused', { level: iter.level, gfn: iter.gfn, asId: iter.asId });
      return false;
    }
    if (flushFirst) yield* this.flush();
    yield* this.yieldLock(iter);
    iter.resumeAfterYield();
    return true;
  }

  /** Where a kernel's loop asks to yield before its work. */
  *yieldFirst(iter: TdpIter, flushFirst: boolean): Steps<boolean> {
    return !this.#yieldsLast && (yield* this.condResched(iter, flushFirst));
  }

  /** Where a kernel's loop asks to yield after its work. */
  *yieldLast(iter: TdpIter, flushFirst: boolean): Steps<boolean> {
    return this.#yieldsLast && (yield* this.condResched(iter, flushFirst));
  }

  get #yieldsLast(): boolean {
    return this.machine.kind.operations.yieldsLast;
  }

  /** Drops the lock, lets others run, takes it again. */
  *yieldLock(iter: TdpIter): Steps {
    const { level, gfn, asId } = iter;
    yield* this.yieldHeld(this.step('yielded', iter), { level, gfn, asId });
  }

  protected override enterTables(): void {
    this.machine.pages.enterReader();
  }

  protected override leaveTables(): void {
    this.machine.pages.leaveReader();
  }
}
