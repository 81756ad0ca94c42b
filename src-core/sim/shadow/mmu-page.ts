import { joinHalves } from '../../word';
import { pagesAtLevel, type TablePage } from '../table-page';
import type { PteListHead } from './pte-list';

/** `struct kvm_mmu_page`: a shadow table, and what KVM knows of it. */
export interface MmuPage {
  readonly table: TablePage;
  /** Pages are told apart, and ordered, by when they were made. */
  readonly serial: number;
  /** The frame of the guest's table it shadows; of a direct page the first frame it maps. */
  readonly gfn: number;
  /** `role.word`. */
  readonly role: bigint;
  readonly level: number;
  readonly direct: boolean;
  readonly quadrant: number;
  /** Rights that the entries above grant: 1 execute, 2 write, 4 user. */
  readonly access: number;
  /** `role.invalid`: being thrown away. */
  invalid: boolean;
  /** vCPUs that use it as a root. */
  rootCount: number;
  /** The guest may write to its table: the shadow may be behind. */
  unsync: boolean;
  /** How many entries lead to pages that are unsync, or have such below. */
  unsyncChildren: number;
  readonly unsyncBitmap: Uint32Array;
  writeFlooding: number;
  /** Entries that point here. */
  readonly parents: PteListHead;
  /**
   * What each entry was made from: frame and rights (`shadowed_translation`, `gfn << 12 | access`);
   * `null` for direct pages, which count up from their frame.
   */
  readonly shadowed: Uint32Array | null;
}

const rights = 0x7n;

/** `kvm_mmu_page_get_gfn()`. */
export function gfnOf(page: MmuPage, index: number): number {
  if (page.shadowed === null) return page.gfn + index * pagesAtLevel[page.level]!;
  return Number(shadowedWord(page.shadowed, index) >> 12n);
}

/** `kvm_mmu_page_get_access()`. */
export function accessOf(page: MmuPage, index: number): number {
  if (page.shadowed === null) return page.access;
  return Number(shadowedWord(page.shadowed, index) & rights);
}

function shadowedWord(shadowed: Uint32Array, index: number): bigint {
  return joinHalves(shadowed[2 * index]!, shadowed[2 * index + 1]!);
}

/** What an entry stands for as `shadowed_translation` keeps it. */
export function shadowedTranslation(gfn: number, access: number): bigint {
  return (BigInt(gfn) << 12n) | (BigInt(access) & rights);
}

/** Address of an entry. */
export function spteAddress(page: MmuPage, index: number): number {
  return page.table.pa + 8 * index;
}

/** `spte_index()`: an entry's index from its address alone, since v6.0. */
export function spteIndex(address: number): number {
  return Math.floor(address / 8) % 512;
}
