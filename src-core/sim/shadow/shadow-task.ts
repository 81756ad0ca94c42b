import { CpuTask } from '../cpu-task';
import type { MicroKind, Steps } from '../micro-step';
import type { MemoryCache } from './memory-cache';
import type { ShadowMachine, VcpuCaches } from './shadow-machine';
import type { ShadowWalk } from './shadow-walk';

/** One CPU's way through an operation on shadow pages. */
export class ShadowTask extends CpuTask<ShadowMachine> {
  constructor(
    machine: ShadowMachine,
    readonly cpu: number,
  ) {
    super(machine);
  }

  get caches(): VcpuCaches {
    return this.machine.cachesOfCpu(this.cpu);
  }

  /** `mmu_topup_memory_caches()`: before the lock is taken, since allocating may sleep. */
  *topUpCaches(): Steps {
    yield* this.#fill(this.caches);
  }

  /** Who holds the lock and finds a cache short drops it, fills all, and begins anew. */
  *dropLockAndFill(caches: Readonly<Record<string, MemoryCache>>): Steps {
    const { machine } = this;
    machine.journal.assign(machine.state, 'rescheduleDue', false);
    yield* this.unlock();
    yield* this.#fill(caches);
    yield* this.lockAlone();
  }

  *#fill(caches: Readonly<Record<string, MemoryCache>>): Steps {
    let filled = false;
    for (const cache of Object.values(caches)) {
      const added = cache.topUp();
      if (added === 0) continue;
      filled = true;
      const { name, capacity } = cache.form;
      this.machine.note('cache-filled', {
        text: `${name}: ${added} objects, ${capacity} are there`,
      });
    }
    if (filled) yield this.step('cache-filled');
  }

  /** `mmu_lock`, always alone: shadow pages are changed by one CPU at a time. */
  *lockAlone(): Steps {
    yield* this.lock('exclusive');
    this.machine.descs.takeFrom(this.caches.desc);
  }

  /** Gives way to whoever wants the CPU: the lock is dropped and taken again. */
  *giveWay(): Steps {
    yield* this.yieldHeld(this.step('yielded'), {});
    this.machine.descs.takeFrom(this.caches.desc);
  }

  *look(kind: MicroKind, walk: ShadowWalk): Steps {
    yield this.step(kind, null, walk.snapshot());
  }
}
