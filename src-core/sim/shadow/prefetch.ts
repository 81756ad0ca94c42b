import type { Steps } from '../micro-step';
import { writeRight } from './guest-walk';
import { prefetched } from './memory-cache';
import { gfnOf, type MmuPage } from './mmu-page';
import { setLeaf } from './set-leaf';
import type { ShadowTask } from './shadow-task';
import { dropSpte } from './drop-spte';
import { guestEntryGpa, wantedByGuest } from './sync-page';

/** `FNAME(pte_prefetch)`: the neighbours of an entry that was just made, eight at a time. */
export function* prefetchAround(task: ShadowTask, page: MmuPage, index: number): Steps {
  if (page.level > 1) return;
  const first = index - (index % prefetched);
  if (page.direct) yield* prefetchDirect(task, page, first);
  else yield* prefetchIndirect(task, page, first, index);
}

/** The first neighbour that the guest does not map ends it. */
function* prefetchIndirect(task: ShadowTask, page: MmuPage, first: number, index: number): Steps {
  const { machine } = task;
  for (let at = first; at < first + prefetched; at++) {
    if (at === index || machine.isPresent(page.table.entry(at))) continue;
    if (!(yield* prefetchGuestEntry(task, page, at))) return;
  }
}

/**
 * `FNAME(prefetch_gpte)`: one entry, as the guest's own says.
 * @param evenLogged writable entries are made even where writes are logged
 * @returns whether it could be made
 */
export function* prefetchGuestEntry(
  task: ShadowTask,
  page: MmuPage,
  index: number,
  evenLogged = false,
): Steps<boolean> {
  const { machine } = task;
  const entry = machine.guest.read(
    guestEntryGpa(machine, page, index),
    machine.kind.guestFormat.entryBytes,
  );
  const wanted = wantedByGuest(machine, page, entry);
  if (!wanted) {
    dropSpte(machine, page, index, 'shadow-prefetch');
    return false;
  }
  return yield* prefetchOne(task, page, index, wanted, evenLogged);
}

/** `__direct_pte_prefetch()`: frames in a row, as far as one slot has them. */
function* prefetchDirect(task: ShadowTask, page: MmuPage, first: number): Steps {
  const { machine } = task;
  for (let at = first; at < first + prefetched; at++) {
    if (machine.isPresent(page.table.entry(at))) continue;
    const wanted = { gfn: gfnOf(page, at), access: page.access };
    if (!(yield* prefetchOne(task, page, at, wanted, false))) return;
  }
}

/** Only memory that the host lets the guest write to, and where no writes are logged. */
function* prefetchOne(
  task: ShadowTask,
  page: MmuPage,
  index: number,
  { gfn, access }: { readonly gfn: number; readonly access: number },
  evenLogged: boolean,
): Steps<boolean> {
  const slot = task.machine.slotOf(gfn);
  if (!slot || slot.setup.readOnly || !slot.hostWritable(gfn)) return false;
  if (slot.dirtyLog && !evenLogged && (access & writeRight) !== 0) return false;
  yield* setLeaf(task, {
    page,
    index,
    slot,
    gfn,
    access,
    pfn: slot.pfnOf(gfn),
    hostWritable: true,
    prefetch: true,
    write: false,
    why: 'shadow-prefetch',
  });
  return true;
}
