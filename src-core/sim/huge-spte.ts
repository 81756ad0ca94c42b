import { markForAccessTracking, restoreAccessTracked } from '../kvm/access-tracking';
import { isAccessTracked } from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';
import { pagesAtLevel } from './table-page';

/**
 * Entries of a split huge page, and the other way round.
 * Source: `make_huge_page_split_spte()`, v5.18 – v6.12; `make_small_spte()`, `make_huge_spte()`,
 * v6.13+; arch/x86/kvm/mmu/spte.c.
 */
const pageSizeBit = 0x80n;

/** Entry `index` of the table that takes a huge page's place. Everything but place and size is inherited. */
export function splitSpte(
  masks: SpteMasks,
  huge: bigint,
  hugeLevel: number,
  index: number,
  nxHugePages: boolean,
): bigint {
  const childLevel = hugeLevel - 1;
  const child = huge | (BigInt(index * pagesAtLevel[childLevel]!) << 12n);
  if (childLevel > 1) return child;
  const small = child & ~pageSizeBit;
  return nxHugePages ? makeExecutable(masks, small) : small;
}

/** The huge entry that takes the place of a table of small ones like this. */
export function hugeSpte(
  masks: SpteMasks,
  small: bigint,
  level: number,
  nxHugePages: boolean,
): bigint {
  const offset = (BigInt(pagesAtLevel[level]!) << 12n) - 1n;
  const huge = (small | pageSizeBit) & ~(masks.address & offset);
  return nxHugePages ? withoutExecute(masks, huge) : huge;
}

/** The mitigation kept the huge page from being executable; its small parts may be again. */
function makeExecutable(masks: SpteMasks, spte: bigint): bigint {
  const tracked = isAccessTracked(masks, spte) === true;
  const base = tracked ? restoreAccessTracked(masks, spte) : spte;
  const executable = (base & ~masks.nx) | masks.x | masks.userExecute;
  return tracked ? markForAccessTracking(masks, executable).spte : executable;
}

function withoutExecute(masks: SpteMasks, spte: bigint): bigint {
  const tracked = isAccessTracked(masks, spte) === true;
  const base = tracked ? restoreAccessTracked(masks, spte) : spte;
  const fixed = (base & ~masks.x & ~masks.userExecute) | masks.nx;
  return tracked ? markForAccessTracking(masks, fixed).spte : fixed;
}
