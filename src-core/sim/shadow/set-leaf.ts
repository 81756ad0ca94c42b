import { isWritable } from '../../kvm/spte';
import type { Memslot } from '../memslot';
import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import {
  addToRmap,
  dropParent,
  dropSpte,
  pfnOfEntry,
  setTranslation,
  writeSpte,
} from './drop-spte';
import { noteLogged } from './log-dirty';
import { makeShadowLeaf } from './make-shadow-spte';
import type { MmuPage } from './mmu-page';
import type { ShadowTask } from './shadow-task';

/** A mapping to be put into an entry. */
export interface LeafRequest {
  readonly page: MmuPage;
  readonly index: number;
  readonly slot: Memslot;
  readonly gfn: number;
  readonly access: number;
  readonly pfn: number;
  readonly hostWritable: boolean;
  readonly prefetch: boolean;
  /** The guest writes now. */
  readonly write: boolean;
  readonly why: Reason;
}

/** `mmu_set_spte()`: what was there goes, the new mapping comes and is on the frame's list. */
export function* setLeaf(
  task: ShadowTask,
  request: LeafRequest,
): Steps<'fixed' | 'spurious' | 'emulate'> {
  const { machine } = task;
  const { page, index, slot, gfn, access, pfn } = request;
  const { level } = page;
  const old = page.table.entry(index);
  let flush = false;
  let mapped = false;
  if (machine.isPresent(old)) {
    const child = machine.childOf(old, level);
    if (child) {
      dropParent(machine, child, page, index, request.why);
      flush = true;
    } else if (pfnOfEntry(machine, old) !== pfn) {
      dropSpte(machine, page, index, request.why);
      flush = true;
    } else {
      mapped = true;
    }
  }
  const { spte, protectedTable } = makeShadowLeaf(machine, {
    slot,
    level,
    gfn,
    pfn,
    access,
    hostWritable: request.hostWritable,
    prefetch: request.prefetch,
    mayUnsync: true,
    synchronizing: false,
  });
  const before = page.table.entry(index);
  const spurious = before === spte;
  setTranslation(machine, page, index, gfn, access);
  writeSpte(machine, page, index, spte, request.why);
  if (mapped) flush = losesWrite(before, spte, machine.kind.masks.mmuWritable) || flush;
  else flush = addToRmap(machine, slot, page, index, gfn, access) || flush;
  if (isWritable(spte)) noteLogged(machine, slot, gfn);
  yield task.step('write');
  if (flush) yield* task.flush({ gfn, pages: 512 ** (level - 1) });
  if (protectedTable && request.write) return 'emulate';
  return spurious ? 'spurious' : 'fixed';
}

/** `leaf_spte_change_needs_tlb_flush()`: write access was taken for good. */
function losesWrite(before: bigint, after: bigint, mmuWritable: bigint): boolean {
  return (before & mmuWritable) !== 0n && (after & 2n) === 0n;
}
