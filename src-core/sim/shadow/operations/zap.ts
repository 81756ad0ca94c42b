import { roundGfn } from '../../table-page';
import { zapRmap } from '../drop-spte';
import type { MmuPage } from '../mmu-page';
import { commitZap, prepareZap } from '../zap-page';
import { choiceParameter, flagParameter, pfnParameter } from '../../operations/parameter';
import { defineShadowOperation, physicalFrameParameter } from './shadow-operation';

export const zapPage = defineShadowOperation({
  name: 'zap-page',
  title: 'Zap Shadow Pages',
  summary: 'The shadow pages of a guest’s table are thrown away, in all their quadrants and roles.',
  source: 'kvm_mmu_prepare_zap_page(), kvm_mmu_commit_zap_page(), mmu.c',
  parameters: {
    gfn: physicalFrameParameter('frame of the guest’s table, or first frame of direct pages'),
    which: choiceParameter('which pages', ['indirect', 'direct', 'both'] as const, 'both'),
  },
  *run(task, { gfn, which }, machine) {
    yield* task.lockAlone();
    const gathered: MmuPage[] = [];
    const wanted = machine.pages
      .ofGfn(gfn)
      .filter(
        ({ invalid, direct }) => !invalid && (which === 'both' || direct === (which === 'direct')),
      );
    for (const page of wanted) if (!page.invalid) prepareZap(machine, page, gathered);
    yield* commitZap(task, gathered);
    yield* task.unlock();
    return `${wanted.length} pages zapped`;
  },
});

export const zapAll = defineShadowOperation({
  name: 'zap-all',
  title: 'Zap All Shadow Pages',
  summary: 'Every shadow page is thrown away; roots in use become invalid and are loaded anew.',
  source: 'kvm_mmu_zap_all(), mmu.c',
  parameters: {},
  *run(task, _args, machine) {
    yield* task.lockAlone();
    const gathered: MmuPage[] = [];
    const pages = [...machine.pages.all()].sort((a, b) => b.serial - a.serial);
    for (const page of pages) if (!page.invalid) prepareZap(machine, page, gathered);
    yield* commitZap(task, gathered);
    yield* task.unlock();
    return `${pages.length} pages zapped`;
  },
});

export const hostChange = defineShadowOperation({
  name: 'host-change',
  title: 'Host Changes a Page',
  summary: 'The host puts another frame behind a guest page: the rmap says what must go.',
  source: 'kvm_unmap_gfn_range(), kvm_unmap_rmap(), mmu.c',
  parameters: {
    gfn: physicalFrameParameter('guest frame whose page moves'),
    pfn: pfnParameter('its new host frame'),
    writable: flagParameter('the host lets the guest write to it', true),
  },
  conflict: ({ gfn }, { slots }) =>
    slots.some(({ baseGfn, pages }) => gfn >= baseGfn && gfn < baseGfn + pages)
      ? null
      : { name: 'gfn', message: 'no slot holds the frame' },
  *run(task, { gfn, pfn, writable }, machine) {
    const slot = machine.slotOf(gfn)!;
    yield* task.lockAlone();
    const { journal, state } = machine;
    slot.movePage(gfn, pfn, writable);
    journal.assign(state, 'invalidations', state.invalidations + 1);
    machine.note('host-changed', { gfn, text: writable ? 'writable' : 'read-only' });
    let gone = 0;
    for (const level of [1, 2, 3]) {
      gone += zapRmap(machine, machine.rmaps.head(slot, level, roundGfn(gfn, level)));
    }
    yield task.step('rmap-entry');
    if (gone > 0) yield* task.flush();
    yield* task.unlock();
    return `${gone} entries zapped`;
  },
});
