import type { Steps } from '../../micro-step';
import type { Parameter } from '../../operations/parameter';
import { zapEntry } from '../drop-spte';
import { ensureRoots } from '../guest-access';
import { loadRoots, readPdptrs, switchRoot, syncRoots } from '../load-roots';
import { prefetchGuestEntry } from '../prefetch';
import type { ShadowTask } from '../shadow-task';
import { ShadowWalk } from '../shadow-walk';
import { syncEntry } from '../sync-page';
import { isLast } from '../../../kvm/spte';
import { defineShadowOperation, gvaParameter } from './shadow-operation';

/**
 * `FNAME(invlpg)` until v6.3: where the page is unsync the entry is zapped and made anew from the
 * guest's; `kvm_mmu_invalidate_addr()` since: it is synced in place.
 */
function* invalidate(task: ShadowTask, gva: number): Steps<string> {
  const { machine } = task;
  const ready = yield* ensureRoots(task);
  if (ready !== null) return ready;
  const zaps = machine.kind.form.invalidate === 'zap';
  if (zaps) yield* task.topUpCaches();
  yield* task.lockAlone();
  let outcome = 'nothing to be done: what shadows it is up to date';
  for (const it = new ShadowWalk(machine, gva); it.okay; it.next()) {
    yield* task.look('visit', it);
    const page = it.page!;
    const { index, level } = it;
    if (page.unsync && level === 1) {
      outcome = zaps ? yield* zapAndMake(task, it) : yield* syncInPlace(task, it);
      break;
    }
    if (page.unsyncChildren === 0 || isLast(page.table.entry(index), level)) break;
  }
  yield* task.unlock();
  return outcome;
}

function* zapAndMake(task: ShadowTask, { page, index }: ShadowWalk): Steps<string> {
  if (zapEntry(task.machine, page!, index, 'shadow-invalidate')) yield* task.flush();
  const made = yield* prefetchGuestEntry(task, page!, index, true);
  return made ? 'the entry was made anew' : 'the entry was zapped';
}

function* syncInPlace(task: ShadowTask, { page, index }: ShadowWalk): Steps<string> {
  const changed = syncEntry(task.machine, page!, index);
  yield task.step('sync');
  if (changed) yield* task.flush();
  return changed ? 'the entry was synced' : 'the entry was up to date';
}

export const invlpg = defineShadowOperation({
  name: 'invlpg',
  title: 'Guest Invalidates an Address',
  summary: 'INVLPG: KVM brings the entry up to date that the guest may have changed unseen.',
  source: 'FNAME(invlpg), paging_tmpl.h, until v6.3; kvm_mmu_invalidate_addr(), mmu.c, since v6.4',
  parameters: { gva: gvaParameter('address') },
  run: (task, { gva }) => invalidate(task, gva),
});

const cr3Parameter: Parameter<number> = {
  shape: { kind: 'address' },
  meaning: 'guest-physical address of the root table',
  optional: false,
  read: (place) => place.address(52),
};

export const loadCr3 = defineShadowOperation({
  name: 'load-cr3',
  title: 'Guest Loads CR3',
  summary: 'Other tables, or a flush of the same: roots are found or made, all below is synced.',
  source: 'kvm_set_cr3(), kvm_mmu_new_pgd(), kvm_mmu_load(), kvm_mmu_sync_roots()',
  parameters: { cr3: cr3Parameter },
  *run(task, { cr3 }, machine) {
    const pdptrs = readPdptrs(machine, cr3);
    if ('problem' in pdptrs) return pdptrs.problem;
    const { state, journal } = machine;
    const same = cr3 === state.cr3 && pdptrs.every((each, at) => each === state.pdptrs[at]);
    if (same && state.roots.length > 0 && !state.reloadDue) {
      yield* task.lockAlone();
      yield* syncRoots(task);
      yield* task.unlock();
      yield* task.flush();
      return 'the same roots, synced';
    }
    const before = state.cr3;
    journal.assign(state, 'cr3', cr3);
    journal.assign(state, 'pdptrs', pdptrs);
    const switched = yield* switchRoot(task, before);
    const problem = switched ? null : yield* loadRoots(task);
    if (problem !== null) return problem;
    yield* task.flush();
    return switched ? 'a root from before, synced' : 'roots loaded and synced';
  },
});
