import { bitField } from '../word';
import { markForAccessTracking, type TrackedSpte } from './access-tracking';
import type { SpteMasks } from './spte-masks';

/**
 * How KVM makes entries. Rights are KVM's: 1 execute, 2 write, 4 user (for EPT: read).
 * Source: arch/x86/kvm/mmu/spte.c (`make_spte`, `make_nonleaf_spte`, `make_mmio_spte`).
 */
const executeRight = 1;
const writeRight = 2;
const userRight = 4;
const writeBit = 2n;
const pageSizeBit = 0x80n;

export interface LeafWanted {
  readonly level: number;
  readonly access: number;
  readonly pfn: bigint;
  readonly hostWritable: boolean;
  readonly prefetch: boolean;
  readonly adDisabled: boolean;
  /** Memory type and ignore-PAT, as they stand in the entry; 0 outside EPT. */
  readonly memoryTypeBits: bigint;
}

/** MMU-present, where the kernel has such a bit. */
function presentMark(masks: SpteMasks): bigint {
  return masks.era.presence.unlessSpecial ? 0n : masks.era.presence.mask;
}

function executeBits(masks: SpteMasks, executable: boolean): bigint {
  return executable ? masks.x | masks.userExecute : masks.nx;
}

function adKind(masks: SpteMasks, disabled: boolean): bigint {
  return disabled ? (masks.era.adType?.disabled ?? 0n) : 0n;
}

/** `make_spte()` for ordinary memory, without write protection by shadow paging. */
export function makeLeafSpte(masks: SpteMasks, wanted: LeafWanted): bigint {
  const usesAd = masks.era.plainAccessedDirty || !wanted.adDisabled;
  let spte = presentMark(masks) | adKind(masks, wanted.adDisabled) | masks.present;
  if (!wanted.prefetch && usesAd) spte |= masks.accessed;
  spte |= executeBits(masks, (wanted.access & executeRight) !== 0);
  // With user execute as a right of its own, EPT's R no longer comes by the user mask.
  if (masks.userExecute !== 0n) spte |= 1n;
  if (wanted.access & userRight) spte |= masks.user;
  if (wanted.level > 1) spte |= pageSizeBit;
  spte |= wanted.memoryTypeBits | masks.meValue | (wanted.pfn << 12n);
  if (wanted.hostWritable) {
    spte |= masks.hostWritable;
    if (wanted.access & writeRight) {
      spte |= writeBit | masks.mmuWritable;
      if (usesAd) spte |= masks.dirty;
    }
  }
  return wanted.prefetch ? markForAccessTracking(masks, spte).spte : spte;
}

/** `make_nonleaf_spte()`. */
export function makeTableSpte(masks: SpteMasks, childTable: bigint, adDisabled: boolean): bigint {
  return (
    presentMark(masks) |
    childTable |
    masks.present |
    writeBit |
    masks.user |
    (masks.userExecute === 0n ? 0n : 1n) |
    executeBits(masks, true) |
    masks.meValue |
    (adDisabled ? adKind(masks, true) : masks.accessed)
  );
}

/** The generation as its parts hold it. */
export function placeGeneration(masks: SpteMasks, generation: bigint): bigint {
  return masks.era.mmio.generation.parts.reduce((spte, part) => {
    const width = part.high - part.low;
    const bits = bitField(generation, part.at + width, part.at);
    return spte | (bits << BigInt(part.low));
  }, 0n);
}

/** `make_mmio_spte()`: until a value of 0 became legal (TDX) it warns where this host has no MMIO value. */
export function makeMmioSpte(
  masks: SpteMasks,
  gfn: bigint,
  access: number,
  generation: bigint,
): TrackedSpte {
  const address = gfn << 12n;
  const rights = masks.era.mmio.access === 'mask' ? masks.mmio.access : 6n;
  return {
    spte:
      masks.mmio.written |
      placeGeneration(masks, generation) |
      (BigInt(access) & rights) |
      address |
      masks.l1tf |
      ((address & masks.l1tf) << 5n),
    warns: masks.era.mmio.canBeOff && !masks.era.mmio.tdx && masks.mmio.written === 0n,
  };
}

/**
 * `kvm_mmu_changed_pte_notifier_make_spte()`: the host moved the page; until v6.9. MMU-writable goes
 * since v5.17; the row of v5.13 – v5.18 follows v5.13 here.
 */
export function makeSpteForMovedPage(masks: SpteMasks, old: bigint, pfn: bigint): TrackedSpte {
  const losesMmuWritable = masks.era.movedPageLosesMmuWritable ? masks.mmuWritable : 0n;
  const moved = (old & ~masks.address) | (pfn << 12n);
  return markForAccessTracking(masks, moved & ~writeBit & ~masks.hostWritable & ~losesMmuWritable);
}
