import { isLast } from '../../kvm/spte';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import { roundGfn } from '../table-page';
import { addParent, dropParent, dropSpte, writeSpte } from './drop-spte';
import { getShadowPage } from './get-page';
import type { GuestAccess, GuestWalk } from './guest-walk';
import { makeShadowTable } from './make-shadow-spte';
import { mmioSpte } from './mmio-spte';
import { type MmuPage, spteAddress } from './mmu-page';
import { prefetchAround } from './prefetch';
import { setLeaf } from './set-leaf';
import { roleOfChild } from './shadow-roles';
import type { ShadowTask } from './shadow-task';
import { ShadowWalk } from './shadow-walk';
import { syncChildren } from './sync-page';
import { markParentsUnsync } from './unsync';

/** What a fault found out before it took the lock. */
export interface Fault {
  readonly access: GuestAccess;
  readonly walk: GuestWalk;
  /** Rights the mapping may have. */
  readonly rights: number;
  /** `null`: no memory there. */
  readonly slot: Memslot | null;
}

export type FaultOutcome = 'fixed' | 'spurious' | 'emulate' | 'retry' | 'no memory';

/**
 * `FNAME(fetch)`: the shadow tables are made as deep as the guest's are, then, where the guest has a
 * large page and KVM cannot, down to what the host has.
 */
export function* fetch(task: ShadowTask, fault: Fault): Steps<FaultOutcome> {
  const { machine } = task;
  const { walk, access } = fault;
  if (machine.state.roots.length === 0 || machine.state.reloadDue) return 'retry';
  if (guestChanged(task, walk)) return 'retry';
  const it = new ShadowWalk(machine, access.gva);
  yield* task.look('walk', it);
  while (it.okay && it.level !== walk.level) {
    yield* task.look('visit', it);
    const below = yield* shadowTable(task, fault, it);
    if (below !== 'linked') return below;
    it.next();
    yield* task.look('down', it);
  }
  if (!it.okay) return 'retry';
  return yield* mapLeaf(task, fault, it);
}

/** `FNAME(gpte_changed)`: the guest wrote its entries since they were read. */
function guestChanged({ machine }: ShadowTask, walk: GuestWalk): boolean {
  const { entryBytes } = machine.kind.guestFormat;
  return walk.entries.some(
    (entry, at) =>
      at >= walk.level - 1 &&
      walk.entryGpa[at] !== 0 &&
      machine.guest.read(walk.entryGpa[at]!, entryBytes) !== entry,
  );
}

/** The page that shadows the guest's next table. */
function* shadowTable(
  task: ShadowTask,
  { walk, access }: Fault,
  it: ShadowWalk,
): Steps<'linked' | FaultOutcome> {
  const { machine } = task;
  const { page, index, level } = it;
  if (machine.isPresent(it.spte) && !isLast(it.spte, level)) return 'linked';
  const role = roleOfChild(machine.kind, page!.role, {
    index,
    level,
    gva: access.gva,
    direct: false,
    access: walk.ptAccess[level - 2]!,
  });
  const child = yield* getShadowPage(task, walk.tableGfn[level - 2]!, role);
  if (!child) return 'no memory';
  if (child.unsyncChildren > 0 && (yield* syncChildren(task, child, false)) === 'interrupted') {
    return 'retry';
  }
  if (guestChanged(task, walk)) return 'retry';
  yield* link(task, page!, index, child);
  return 'linked';
}

/** `link_shadow_page()`. */
export function* link(task: ShadowTask, page: MmuPage, index: number, child: MmuPage): Steps {
  const { machine } = task;
  const old = page.table.entry(index);
  if (machine.isPresent(old)) {
    // A large page gives way to a table.
    dropSpte(machine, page, index, 'shadow-link');
    yield* task.flush();
  }
  writeSpte(machine, page, index, makeShadowTable(machine, child), 'shadow-link');
  const { table, level, gfn } = child;
  machine.note('table-linked', { table: table.pa, level, gfn });
  addParent(machine, child, spteAddress(page, index));
  if (child.unsync || child.unsyncChildren > 0) markParentsUnsync(machine, child);
  yield task.step('write');
}

/** The level at which KVM maps: no larger than the guest's page and the host's, nothing of a shadowed table. */
function goalLevel({ machine }: ShadowTask, { walk, slot }: Fault): number {
  if (!slot || slot.dirtyLog) return 1;
  let level = Math.min(walk.level, slot.maxMappingLevel(walk.gfn));
  while (level > 1 && holdsTable(machine.smallOnly, machine.writeTracked, walk.gfn, level)) level--;
  return level;
}

function holdsTable(
  smallOnly: ReadonlyMap<number, number>,
  tracked: ReadonlyMap<number, number>,
  gfn: number,
  level: number,
): boolean {
  const base = roundGfn(gfn, level);
  const inside = (frame: number): boolean => roundGfn(frame, level) === base;
  return [...smallOnly.keys()].some(inside) || [...tracked.keys()].some(inside);
}

function* mapLeaf(task: ShadowTask, fault: Fault, it: ShadowWalk): Steps<FaultOutcome> {
  const { machine } = task;
  const { walk, slot, access, rights } = fault;
  const goal = goalLevel(task, fault);
  for (; it.okay && it.level > goal;) {
    yield* task.look('visit', it);
    yield* dropOtherRights(task, it, rights);
    const base = roundGfn(walk.gfn, it.level);
    if (!machine.isPresent(it.spte) || isLast(it.spte, it.level)) {
      const role = roleOfChild(machine.kind, it.page!.role, {
        index: it.index,
        level: it.level,
        gva: access.gva,
        direct: true,
        access: rights,
      });
      const child = yield* getShadowPage(task, base, role);
      if (!child) return 'no memory';
      yield* link(task, it.page!, it.index, child);
    }
    it.next();
    yield* task.look('down', it);
  }
  if (!it.okay) return 'retry';
  yield* task.look('visit', it);
  const gfn = roundGfn(walk.gfn, it.level);
  const { page, index } = it;
  if (!slot) {
    if (machine.isPresent(it.spte)) dropSpte(machine, page!, index, 'mmio-install');
    const value = mmioSpte(machine, gfn, rights);
    if (machine.kind.masks.mmio.enabled) {
      writeSpte(machine, page!, index, value, 'mmio-install');
      yield task.step('write');
    }
    return 'emulate';
  }
  const outcome = yield* setLeaf(task, {
    page: page!,
    index,
    slot,
    gfn,
    access: rights,
    pfn: slot.pfnOf(gfn),
    hostWritable: slot.hostWritable(walk.gfn),
    prefetch: false,
    write: access.write,
    why: 'shadow-map',
  });
  yield* prefetchAround(task, page!, index);
  return outcome;
}

/** `validate_direct_spte()`: a direct page with other rights than the guest now gives is left. */
function* dropOtherRights(task: ShadowTask, it: ShadowWalk, rights: number): Steps {
  const { machine } = task;
  const child = machine.childOf(it.spte, it.level);
  if (!child?.direct || child.access === rights) return;
  dropParent(machine, child, it.page!, it.index, 'shadow-map');
  yield* task.flush();
}
