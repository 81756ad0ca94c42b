import type { Machine } from './machine';
import type { MicroKind, MicroStep, Steps } from './micro-step';
import type { LockMode } from './mmu-lock';
import type { ShadowPage } from './shadow-page';
import { TdpIter } from './tdp-iter';

/** What a walk is asked for: `for_each_tdp_pte_min_level(iter, root, min_level, start, end)`. */
export interface WalkRange {
  readonly start: number;
  readonly end: number;
  readonly minLevel?: number;
}

/**
 * One CPU's way through an operation: the lock it holds, the walks it makes. Its parts are generators
 * whose every yield is a move that can be seen and between which other CPUs act.
 */
export class Task {
  #held: LockMode = 'none';

  constructor(readonly machine: Machine) {}

  get held(): LockMode {
    return this.#held;
  }

  get shared(): boolean {
    return this.#held !== 'exclusive';
  }

  /** Takes the lock and begins to read tables; `none`: reads tables without the lock. */
  *lock(mode: LockMode): Steps {
    const { machine } = this;
    while (!machine.lock.allows(mode)) {
      // Whoever holds it is asked to yield: `rwlock_needbreak()`.
      machine.journal.assign(machine.state, 'rescheduleDue', true);
      yield this.step('waiting');
    }
    this.#take(mode);
    machine.pages.enterReader();
    yield this.step('locked');
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

  *unlock(): Steps {
    this.#leave();
    yield this.step('unlocked');
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
    const { machine } = this;
    const mode = this.#held;
    machine.journal.assign(machine.state, 'rescheduleDue', false);
    machine.note('yielded', { level: iter.level, gfn: iter.gfn, asId: iter.asId });
    this.#leave();
    yield this.step('yielded', iter);
    yield* this.lock(mode);
  }

  /** Flushes remote TLBs; without a range: all. */
  *flush(range?: { gfn: number; pages: number }): Steps {
    this.machine.counters.add('tlbFlushes', 1);
    this.machine.note('flush', range ? { gfn: range.gfn, text: `${range.pages} pages` } : {});
    yield this.step('flush');
  }

  /** The kernel stops here, and with it the simulation: whoever runs the task does not resume it. */
  *bug(text: string): Steps<never> {
    this.machine.stop('bug', text);
    for (;;) yield this.step('stopped');
  }

  /** A table that nobody showed us: what KVM would read there is not known. */
  *stopAtUnknown(pa: number): Steps<never> {
    const table = `0x${pa.toString(16)}`;
    this.machine.stop('unknown', `the table at ${table} is not part of this machine`, {
      table: pa,
    });
    for (;;) yield this.step('stopped');
  }

  step(kind: MicroKind, iter: TdpIter | null = null): MicroStep {
    return { kind, iter };
  }

  #take(mode: LockMode): void {
    this.machine.lock.take(mode);
    this.#held = mode;
    if (mode !== 'none') this.machine.note('locked', { text: mode });
  }

  #leave(): void {
    const { machine } = this;
    machine.pages.leaveReader();
    machine.lock.release(this.#held);
    if (this.#held !== 'none') machine.note('unlocked', { text: this.#held });
    this.#held = 'none';
  }
}
