import type { Steps } from '../micro-step';
import { zapSpte } from '../set-spte';
import type { ShadowPage } from '../shadow-page';
import { entryIndex } from '../table-page';
import type { Task } from '../task';
import { defineOperation } from './operation';

/** Zaps the entry that points to a table: `kvm_tdp_mmu_zap_sp()`. */
function* zapTable(task: Task, root: ShadowPage, page: ShadowPage): Steps<boolean> {
  const end = page.gfn + 1;
  const iter = yield* task.walk(root, { start: page.gfn, end, minLevel: page.level + 1 });
  for (; iter.valid && iter.gfn < end; yield* task.next(iter, end)) {
    if (iter.level !== page.level + 1) continue;
    const child = task.machine.childOf(iter.oldSpte, iter.level);
    if (child !== page || iter.index !== entryIndex(page.gfn, iter.level)) return false;
    return yield* zapSpte(task, iter, 'zap-nx-table');
  }
  return false;
}

export const recoverNx = defineOperation({
  name: 'recover-nx',
  title: 'Recover an NX Huge Page',
  summary:
    'Zaps the oldest table that exists for executable code only, so that a huge page may come back.',
  source: 'kvm_recover_nx_huge_pages(), kvm_tdp_mmu_zap_sp()',
  parameters: {},
  *run(task, _args, machine) {
    yield* task.lock('exclusive');
    const page = machine.pages.oldestTracked();
    let zapped = false;
    for (const root of page ? machine.rootsOf(page.asId, 'all') : []) {
      zapped ||= yield* zapTable(task, root, page!);
    }
    if (zapped) yield* task.flush();
    yield* task.unlock();
    return zapped ? 'table zapped' : 'no such table';
  },
});
