import type { Steps } from '../micro-step';
import type { MmuPage } from './mmu-page';
import { pageFacts } from './mmu-pages';
import { roleMembers } from './shadow-roles';
import type { ShadowTask } from './shadow-task';
import { syncPage, zapUnsyncOf } from './sync-page';
import { protectTable } from './write-protect-gfn';
import { accountShadowed } from './zap-page';

/**
 * `kvm_mmu_get_shadow_page()`: the page of a frame and role, found again or made. One that may be
 * behind is brought up to date first; the guest may still write to its table.
 * @returns undefined: no memory
 */
export function* getShadowPage(
  task: ShadowTask,
  gfn: number,
  role: bigint,
): Steps<MmuPage | undefined> {
  const { machine } = task;
  const wanted = roleMembers(machine.kind, role);
  if (wanted.level > 1) yield* zapUnsyncOf(task, gfn);
  const found = machine.pages.ofGfn(gfn).find((page) => !page.invalid && page.role === role);
  if (!found) return yield* makeShadowPage(task, gfn, role);
  if (found.unsync && syncPage(machine, found)) yield* task.flush();
  machine.journal.assign(found, 'writeFlooding', 0);
  machine.note('page-found', pageFacts(found));
  return found;
}

/** `kvm_mmu_alloc_shadow_page()`: what maps the guest's table loses write access. */
function* makeShadowPage(task: ShadowTask, gfn: number, role: bigint): Steps<MmuPage | undefined> {
  const { machine } = task;
  const { caches } = task;
  caches.header.take();
  caches.page.take();
  const page = machine.pages.allocate({ gfn, ...roleMembers(machine.kind, role) });
  if (!page) return undefined;
  if (page.direct) return page;
  caches.info.take();
  accountShadowed(machine, page, 1);
  if (protectTable(machine, gfn)) yield* task.flush();
  return page;
}
