import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { dropParent, zapEntry } from './drop-spte';
import { type MmuPage, spteIndex } from './mmu-page';
import { pageFacts } from './mmu-pages';
import { entriesOf } from './pte-list';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';
import { takeUnsyncBelow, unlinkUnsync } from './unsync';

const why: Reason = 'shadow-zap-page';

/**
 * `kvm_mmu_prepare_zap_page()`: a page leaves all lists; what is freed afterwards is gathered.
 * @param gathered pages to be freed by {@link commitZap}
 */
export function prepareZap(machine: ShadowMachine, page: MmuPage, gathered: MmuPage[]): void {
  if (page.invalid && page.rootCount > 0) return;
  machine.counters.add('mmu_shadow_zapped', 1);
  machine.note('table-unlinked', pageFacts(page));
  zapUnsyncBelow(machine, page, gathered);
  for (let index = 0; index < 512; index++) {
    if (page.table.entry(index) !== machine.kind.initialValue) zapEntry(machine, page, index, why);
  }
  unlinkParents(machine, page);
  if (!page.invalid && !page.direct) accountShadowed(machine, page, -1);
  if (page.unsync) unlinkUnsync(machine, page);
  if (page.rootCount === 0) {
    gathered.push(page);
    machine.counters.add('mmu_pages', -1);
  } else {
    machine.journal.assign(machine.state, 'reloadDue', true);
  }
  machine.journal.assign(page, 'invalid', true);
}

/** `mmu_zap_unsync_children()`: what is unsync below could not be synced any more. */
function zapUnsyncBelow(machine: ShadowMachine, page: MmuPage, gathered: MmuPage[]): void {
  if (page.level === 1) return;
  for (let some = takeUnsyncBelow(machine, page); some.length > 0;) {
    for (const child of some) prepareZap(machine, child, gathered);
    some = takeUnsyncBelow(machine, page);
  }
}

/** `kvm_mmu_unlink_parents()`. */
function unlinkParents(machine: ShadowMachine, page: MmuPage): void {
  for (const address of entriesOf(page.parents)) {
    dropParent(machine, page, machine.pages.holding(address)!, spteIndex(address), why);
  }
}

/** `account_shadowed()`, `unaccount_shadowed()`: the frame of a shadowed table is special. */
export function accountShadowed(machine: ShadowMachine, page: MmuPage, by: 1 | -1): void {
  machine.countFrame(page.level > 1 ? machine.writeTracked : machine.smallOnly, page.gfn, by);
}

/** `kvm_mmu_commit_zap_page()`: nobody may use these pages any more, then they are freed. */
export function* commitZap(task: ShadowTask, gathered: MmuPage[]): Steps {
  if (gathered.length === 0) return;
  yield* task.flush();
  for (const page of gathered.splice(0)) task.machine.pages.free(page);
  yield task.step('zap-page');
}

/** `KVM_MIN_FREE_MMU_PAGES`, `KVM_REFILL_PAGES`: how many are kept free, and how many are made free. */
const fewestFree = 5;
const refill = 25;

/** `make_mmu_pages_available()`: the oldest pages go. @returns false: there is no room (-ENOSPC) */
export function* makeRoom(task: ShadowTask): Steps<boolean> {
  const { machine } = task;
  const free = (): number => machine.setup.mostPages - machine.counters.get('mmu_pages');
  if (free() >= fewestFree) return true;
  const gathered: MmuPage[] = [];
  const oldest = [...machine.pages.all()].sort((a, b) => a.serial - b.serial);
  for (const page of oldest) {
    if (free() >= refill) break;
    if (!page.invalid && page.rootCount === 0) prepareZap(machine, page, gathered);
  }
  yield* commitZap(task, gathered);
  return free() >= 1;
}
