import { makeSpteForMovedPage } from '../../kvm/make-spte';
import { isLast, isShadowPresent } from '../../kvm/spte';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { setSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';
import { defineOperation } from './operation';
import {
  asIdParameter,
  choiceParameter,
  flagParameter,
  gfnParameter,
  pfnParameter,
} from './parameter';
import { zapRangeOfRoots } from './zap-range';

interface HostChange {
  readonly gfn: number;
  readonly asId: number;
  readonly pfn: number;
  readonly writable: boolean;
}

function movePage(task: Task, slot: Memslot, { gfn, asId, pfn, writable }: HostChange): void {
  const { journal, state } = task.machine;
  const old = BigInt(slot.pfnOf(gfn));
  slot.movePage(gfn, pfn, writable);
  journal.assign(state, 'invalidations', state.invalidations + 1);
  task.machine.note('host-changed', {
    gfn,
    asId,
    old,
    new: BigInt(pfn),
    text: writable ? 'writable' : 'read-only',
  });
}

/** `set_spte_gfn()`: the 4 KiB leaf is cleared and, if it stays read-only, made anew for the new frame. */
function* followMove(task: Task, root: ShadowPage, change: HostChange): Steps<boolean> {
  const { machine } = task;
  const { masks, initialValue, operations } = machine.kind;
  const { gfn, pfn, writable } = change;
  const iter = yield* task.walk(root, { start: gfn, end: gfn + 1 });
  for (; iter.valid && iter.gfn < gfn + 1; yield* task.next(iter, gfn + 1)) {
    const old = iter.oldSpte;
    if (!isShadowPresent(masks, old)) return false;
    if (iter.level > 1) {
      if (isLast(old, iter.level)) {
        const { level, asId } = iter;
        machine.note('host-changed', {
          gfn,
          level,
          asId,
          old,
          text: 'a huge mapping is passed over',
        });
      }
      continue;
    }
    yield* setSpte(task, iter, initialValue, { why: 'host-change-zap' });
    if (!writable) {
      const { spte } = makeSpteForMovedPage(masks, old, BigInt(pfn));
      // A layout may span kernels that differ in this: the operation's form knows which.
      const lost = operations.movedLosesMmuWritable ? masks.mmuWritable : 0n;
      yield* setSpte(task, iter, spte & ~lost, { why: 'host-change-map' });
    }
    return true;
  }
  return false;
}

function* tellOfMove(task: Task, slot: Memslot, change: HostChange): Steps<string> {
  const { machine } = task;
  yield* task.lock('exclusive');
  movePage(task, slot, change);
  let changed = false;
  for (const root of machine.rootsOf(change.asId, 'direct-or-invalid')) {
    changed = (yield* followMove(task, root, change)) || changed;
  }
  if (changed) yield* task.flush();
  yield* task.unlock();
  return changed ? 'mapping followed' : 'nothing was mapped there';
}

export const hostChange = defineOperation({
  name: 'host-change',
  title: 'Host Changes a Page',
  summary: 'The host puts another frame behind a guest page; the MMU notifier tells KVM.',
  source: 'kvm_unmap_gfn_range(); kvm_set_spte_gfn() until v6.9',
  parameters: {
    gfn: gfnParameter('guest frame whose page moves'),
    asId: asIdParameter,
    pfn: pfnParameter('its new host frame'),
    writable: flagParameter('the host lets the guest write to it', true),
    via: choiceParameter(
      'the old mapping is invalidated first, or only the new one is told',
      ['invalidate', 'change-pte'] as const,
      'invalidate',
    ),
  },
  conflict: ({ gfn, asId, via }, { slots }, { operations }) => {
    const known = slots.some(
      (slot) => slot.asId === asId && gfn >= slot.baseGfn && gfn < slot.baseGfn + slot.pages,
    );
    if (!known) return { name: 'gfn', message: 'no slot of this address space holds the frame' };
    if (via === 'invalidate' || operations.changePte) return null;
    return { name: 'via', message: 'change_pte is gone since v6.10: the host only invalidates' };
  },
  *run(task, { via, ...change }, machine) {
    const slot = machine.slotOf(change.gfn, change.asId)!;
    if (via === 'change-pte') return yield* tellOfMove(task, slot, change);
    const range = { start: change.gfn, end: change.gfn + 1 };
    // Between the notifier's begin and end faults are turned away: to them it is one moment.
    const mode = { lock: 'exclusive', mayYield: false, roots: 'direct-or-invalid' } as const;
    yield* zapRangeOfRoots(task, range, change.asId, mode, () => movePage(task, slot, change));
    return 'old mapping zapped';
  },
});
