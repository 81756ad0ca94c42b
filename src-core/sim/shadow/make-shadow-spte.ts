import { makeLeafSpte, makeTableSpte } from '../../kvm/make-spte';
import type { Memslot } from '../memslot';
import { writeRight } from './guest-walk';
import type { MmuPage } from './mmu-page';
import type { ShadowMachine } from './shadow-machine';
import { unsyncPage } from './unsync';

export interface ShadowLeaf {
  readonly slot: Memslot;
  readonly level: number;
  readonly gfn: number;
  readonly pfn: number;
  /** 1 execute, 2 write, 4 user. */
  readonly access: number;
  readonly hostWritable: boolean;
  /** Ahead of any access: accessed stays clear. */
  readonly prefetch: boolean;
  /** A guest's table in this frame may be left to the guest: it becomes unsync. */
  readonly mayUnsync: boolean;
  /** An entry that is there is brought up to date. */
  readonly synchronizing: boolean;
}

/**
 * `make_spte()`: an entry for a page, without write access where a guest's table in it is shadowed.
 * @returns the entry, and whether writing was kept back for that reason
 */
export function makeShadowLeaf(
  machine: ShadowMachine,
  leaf: ShadowLeaf,
): { readonly spte: bigint; readonly protectedTable: boolean } {
  const { masks } = machine.kind;
  const wantsWrite = leaf.hostWritable && (leaf.access & writeRight) !== 0;
  const protectedTable = wantsWrite && mustProtect(machine, leaf);
  const spte = makeLeafSpte(masks, {
    level: leaf.level,
    access: protectedTable ? leaf.access & ~writeRight : leaf.access,
    pfn: BigInt(leaf.pfn),
    hostWritable: leaf.hostWritable,
    // A prefetch clears accessed; since v6.13 one that synchronizes keeps it.
    prefetch: leaf.prefetch && !(leaf.synchronizing && masks.era.plainAccessedDirty),
    adDisabled: false,
    memoryTypeBits: 0n,
  });
  return { spte, protectedTable };
}

/**
 * `mmu_try_to_unsync_pages()`: a writable mapping of a frame that holds tables of the guest. Upper
 * tables must not be written unseen; those of level 1 may, and are brought up to date later.
 */
function mustProtect(machine: ShadowMachine, leaf: ShadowLeaf): boolean {
  if (machine.writeTracked.has(leaf.gfn)) return true;
  const shadowing = machine.pages.shadowing(leaf.gfn);
  if (shadowing.length === 0) return false;
  if (!leaf.mayUnsync) return true;
  if (leaf.prefetch && shadowing.some(({ unsync }) => !unsync)) return true;
  for (const page of shadowing) if (!page.unsync) unsyncPage(machine, page);
  return false;
}

/** `make_nonleaf_spte()`. */
export function makeShadowTable(machine: ShadowMachine, child: MmuPage): bigint {
  return makeTableSpte(machine.kind.masks, BigInt(child.table.pa), false);
}
