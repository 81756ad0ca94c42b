import { isLast, isShadowPresent } from '../kvm/spte';
import type { EventFacts } from './event-log';
import type { Machine } from './machine';
import type { Steps } from './micro-step';
import type { Task } from './task';
import type { TdpIter } from './tdp-iter';

/**
 * What KVM asks of the TDX module about private memory's real tables, which its own only mirror.
 * Source: tdp_mmu.c, v6.14 – v7.1: `set_external_spte_present()`, `remove_external_spte()`.
 */

/** Whether an entry stands in a mirror's table. */
export function isMirrored(machine: Machine, iter: TdpIter): boolean {
  return machine.pages.get(iter.table.pa)?.mirror === true;
}

/** What cannot be asked of the module; `null`: it can. The kernel marks the VM as bugged. */
export function refusedByMirror(machine: Machine, iter: TdpIter, value: bigint): string | null {
  const { masks } = machine.kind;
  if (!isShadowPresent(masks, value)) return 'KVM_BUG_ON(!is_shadow_present_pte(new_spte))';
  if (isShadowPresent(masks, iter.oldSpte)) return 'KVM_BUG_ON(was_present)';
  const huge = iter.level > 1 && isLast(value, iter.level);
  return huge ? 'KVM_BUG_ON(level != PG_LEVEL_4K)' : null;
}

/** The module links a table or maps a page; meanwhile the entry is frozen. */
export function* setExternal(task: Task, iter: TdpIter, value: bigint, place: EventFacts): Steps {
  const leaf = isLast(value, iter.level);
  const text = leaf ? 'set_external_spte' : 'link_external_spt';
  task.machine.note('external-set', { ...place, new: value, text });
  yield task.step('external', iter);
}

/** The module gives a page back; tables go when they are freed. */
export function removeExternal(machine: Machine, old: bigint, place: EventFacts): void {
  const { level } = place;
  if (level === undefined || !isShadowPresent(machine.kind.masks, old) || !isLast(old, level))
    return;
  machine.note('external-removed', { ...place, old, text: 'remove_external_spte' });
}
