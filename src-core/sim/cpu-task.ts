import type { MicroKind, MicroStep, Steps } from './micro-step';
import type { LockMode } from './mmu-lock';
import type { TdpIter } from './tdp-iter';
import type { WalkerState } from './walker-state';
import type { World } from './world';

/**
 * One CPU's way through an operation, on a machine of any kind: the lock it holds, and the moves
 * between which other CPUs act.
 */
export class CpuTask<Machine extends World = World> {
  #held: LockMode = 'none';

  constructor(readonly machine: Machine) {}

  get held(): LockMode {
    return this.#held;
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
    this.enterTables();
    yield this.step('locked');
  }

  *unlock(): Steps {
    this.leave();
    yield this.step('unlocked');
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

  /** Flushes remote TLBs; without a range: all. */
  *flush(range?: { gfn: number; pages: number }): Steps {
    this.machine.countFlush();
    this.machine.note('flush', range ? { gfn: range.gfn, text: `${range.pages} pages` } : {});
    yield this.step('flush');
  }

  /** Whoever holds a lock and is asked for the CPU drops it, lets others run, takes it again. */
  *yieldHeld(where: MicroStep, facts: Parameters<World['note']>[1]): Steps {
    const { machine } = this;
    const mode = this.#held;
    machine.journal.assign(machine.state, 'rescheduleDue', false);
    machine.note('yielded', facts);
    this.leave();
    yield where;
    yield* this.lock(mode);
  }

  step(kind: MicroKind, iter: TdpIter | null = null, walker: WalkerState | null = null): MicroStep {
    return { kind, iter, walker };
  }

  /** Tables are read from now on. */
  protected enterTables(): void {
    // Machines whose tables are freed at once have nothing to remember here.
  }

  protected leaveTables(): void {
    // See enterTables().
  }

  protected leave(): void {
    const { machine } = this;
    this.leaveTables();
    machine.lock.release(this.#held);
    if (this.#held !== 'none') machine.note('unlocked', { text: this.#held });
    this.#held = 'none';
  }

  #take(mode: LockMode): void {
    this.machine.lock.take(mode);
    this.#held = mode;
    if (mode !== 'none') this.machine.note('locked', { text: mode });
  }
}
