import { frameNumber, isHostWritable, isMmio, isWritable, mmioGfn } from '../../kvm/spte';
import { hardwareKind } from '../../paging/level-rule';
import { entryTarget } from '../../walk/translate';
import { highHalf, lowHalf } from '../../word';
import type { Steps } from '../micro-step';
import { dropSpte, setTranslation, writeSpte } from './drop-spte';
import { entryRights, isAccessedByGuest, protectClean } from './guest-walk';
import { noteLogged } from './log-dirty';
import { makeShadowLeaf } from './make-shadow-spte';
import { mmioSpte } from './mmio-spte';
import { accessOf, gfnOf, type MmuPage } from './mmu-page';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';
import { takeUnsyncBelow, unlinkUnsync } from './unsync';
import { protectTable } from './write-protect-gfn';
import { commitZap, prepareZap } from './zap-page';

/** Where the guest's entry lies that an entry of a page of level 1 shadows: `FNAME(get_level1_sp_gpa)`. */
export function guestEntryGpa(machine: ShadowMachine, page: MmuPage, index: number): number {
  const { entryBytes } = machine.kind.guestFormat;
  const first = machine.kind.guest.fourByteEntries ? page.quadrant * 512 : 0;
  return page.gfn * 4096 + (first + index) * entryBytes;
}

/** What the guest's entry wants its shadow to be; `null`: nothing (`FNAME(prefetch_invalid_gpte)`). */
export function wantedByGuest(
  machine: ShadowMachine,
  page: MmuPage,
  entry: bigint,
): { readonly gfn: number; readonly access: number } | null {
  const { rules, entryBytes } = machine.kind.guestFormat;
  const rule = rules[0]!;
  const [lo, hi] = [lowHalf(entry), highHalf(entry)];
  if (hardwareKind(rule, lo, hi) !== 'leaf' || !isAccessedByGuest(entry)) return null;
  const rights = page.access & entryRights(entry, entryBytes);
  const gfn = Number(entryTarget(rule, lo, hi, true)) / 4096;
  return { gfn, access: protectClean(rights, entry) };
}

/** `FNAME(sync_spte)`. @returns whether a TLB flush is due */
export function syncEntry(machine: ShadowMachine, page: MmuPage, index: number): boolean {
  const { masks, guestFormat, initialValue } = machine.kind;
  const spte = page.table.entry(index);
  if (spte === initialValue) return false;
  const entry = machine.guest.read(guestEntryGpa(machine, page, index), guestFormat.entryBytes);
  const wanted = wantedByGuest(machine, page, entry);
  if (wanted && isMmio(masks, spte)) {
    const value =
      Number(mmioGfn(masks, spte)) === wanted.gfn
        ? mmioSpte(machine, wanted.gfn, wanted.access)
        : initialValue;
    writeSpte(machine, page, index, value, 'shadow-sync');
    return false;
  }
  const slot = wanted && machine.slotOf(wanted.gfn);
  if (!wanted || !slot || wanted.gfn !== gfnOf(page, index)) {
    dropSpte(machine, page, index, 'shadow-sync');
    return true;
  }
  if (accessOf(page, index) === wanted.access) return false;
  setTranslation(machine, page, index, wanted.gfn, wanted.access);
  const made = makeShadowLeaf(machine, {
    slot,
    level: 1,
    gfn: wanted.gfn,
    pfn: Number(frameNumber(masks, spte)),
    access: wanted.access,
    hostWritable: isHostWritable(masks, spte),
    prefetch: true,
    mayUnsync: false,
    synchronizing: true,
  });
  if (isWritable(made.spte)) noteLogged(machine, slot, wanted.gfn);
  writeSpte(machine, page, index, made.spte, 'shadow-sync');
  return true;
}

/**
 * `kvm_sync_page()`: entries that are there follow the guest's; others come by faults. Whether the
 * guest may go on writing to its table is not its business: the page may stay unsync.
 * @returns whether a TLB flush is due
 */
export function syncPage(machine: ShadowMachine, page: MmuPage): boolean {
  let flush = false;
  for (let index = 0; index < 512; index++) flush = syncEntry(machine, page, index) || flush;
  return flush;
}

/**
 * `mmu_sync_children()`: pages below that are unsync are write-protected again and brought up to date.
 * @param mayYield whoever wants the CPU gets it in between
 */
export function* syncChildren(
  task: ShadowTask,
  parent: MmuPage,
  mayYield: boolean,
): Steps<'done' | 'interrupted'> {
  const { machine } = task;
  for (let pages = takeUnsyncBelow(machine, parent); pages.length > 0;) {
    let isProtected = false;
    for (const page of pages) isProtected = protectTable(machine, page.gfn) || isProtected;
    if (isProtected) yield* task.flush();
    let flush = false;
    for (const page of pages) {
      unlinkUnsync(machine, page);
      flush = syncPage(machine, page) || flush;
      yield task.step('sync');
    }
    if (flush) yield* task.flush();
    if (machine.state.rescheduleDue) {
      if (!mayYield) return 'interrupted';
      yield* task.giveWay();
    }
    pages = takeUnsyncBelow(machine, parent);
  }
  return 'done';
}

/** Pages of a frame that are unsync go: the guest makes an upper table of it. */
export function* zapUnsyncOf(task: ShadowTask, gfn: number): Steps {
  const { machine } = task;
  const gathered: MmuPage[] = [];
  for (const page of machine.pages.shadowing(gfn)) {
    if (page.unsync) prepareZap(machine, page, gathered);
  }
  yield* commitZap(task, gathered);
}
