import { CpuTask } from '../cpu-task';
import type { MicroKind, MicroStep, Steps } from '../micro-step';
import type { WalkerState } from '../walker-state';
import type { Stage2Machine } from './stage2-machine';
import { hexNumber } from './geometry';

/** One invalidation of cached translations. Source: Linux 6.12 `hyp/vhe/tlb.c`. */
export type Invalidation =
  /** `ipas2e1is`: one input address; the level is a hint, `null`: unknown. */
  | { readonly of: 'address'; readonly address: number; readonly level: number | null }
  /** The same, for this CPU only: `ipas2e1`. */
  | { readonly of: 'local-address'; readonly address: number; readonly level: number | null }
  | { readonly of: 'range'; readonly address: number; readonly bytes: number }
  /** `vmalls12e1is`: everything of the VM. */
  | { readonly of: 'vmid' };

/** What stands where the walk does, for steps that are told while one is under way. */
interface Walking {
  state(): WalkerState | null;
}

/** One CPU at work on a stage 2. */
export class Stage2Task extends CpuTask<Stage2Machine> {
  /** The walk under way; `null`: none. */
  walking: Walking | null = null;

  /** A move, with where the walk stands. */
  at(kind: MicroKind): MicroStep {
    return this.step(kind, null, this.walking?.state() ?? null);
  }

  /** Invalidates cached translations. */
  *invalidate(what: Invalidation): Steps {
    const { machine } = this;
    machine.countFlush();
    if (what.of === 'range' || what.of === 'vmid') machine.counters.add('tlbiRange', 1);
    machine.note('flush', {
      ...('address' in what && { gfn: machine.geometry.frame(what.address) }),
      ...('level' in what && what.level !== null && { level: what.level }),
      text: invalidationText(what),
    });
    yield this.at('flush');
  }

  /** Cache maintenance of the memory behind a leaf. @returns nothing; FWB makes it needless */
  cleanCaches(entry: bigint, bytes: number, also: 'instructions' | 'data-only'): void {
    const { descriptors, counters, setup } = this.machine;
    const at = `${hexNumber(descriptors.address(entry))} + ${hexNumber(bytes)}`;
    if (descriptors.isCacheable(entry) && !setup.descriptors.fwb) {
      counters.add('cacheCleans', 1);
      this.machine.note('cache-clean', { text: `data cache cleaned to memory: ${at}` });
    }
    if (also === 'instructions' && descriptors.isExecutable(entry)) {
      this.machine.note('cache-clean', { text: `instruction cache invalidated: ${at}` });
    }
  }

  /** `cond_resched_rwlock_write()` between two parts of a range. */
  *condResched(): Steps {
    if (!this.machine.state.rescheduleDue) return;
    yield* this.yieldHeld(this.step('yielded'), {});
  }
}

function invalidationText(what: Invalidation): string {
  switch (what.of) {
    case 'address':
      return `IPA ${hexNumber(what.address)}, ${hint(what.level)}`;
    case 'local-address':
      return `IPA ${hexNumber(what.address)}, ${hint(what.level)}, on this CPU only`;
    case 'range':
      return `IPAs ${hexNumber(what.address)} + ${hexNumber(what.bytes)}`;
    case 'vmid':
      return 'the whole VMID';
  }
}

function hint(level: number | null): string {
  return level === null ? 'no level hint' : `level ${level}`;
}
