import type { EntryKind } from '../paging/decoded-entry';
import type { HardwareKind } from '../paging/format';
import { entryShape, hardwareKind } from '../paging/level-rule';
import { highHalf, lowHalf } from '../word';
import { isLast, isMmio, isParked, isShadowPresent } from './spte';
import type { SpteContext } from './spte-context';
import type { SpteMasks } from './spte-masks';

/** What KVM and the CPU each make of one entry: the ground for facts, fields and findings. */
export interface SpteReading extends SpteContext {
  readonly value: bigint;
  readonly kind: EntryKind;
  readonly present: boolean;
  readonly mmio: boolean;
  /** How the CPU reads it. */
  readonly hardwareKind: HardwareKind;
  /** Whether its bits are laid out as a table's or a leaf's. */
  readonly shape: 'table' | 'leaf';
  /** A root table's entry that KVM makes outside its usual rules. */
  readonly specialRoot: boolean;
}

/** P, W, U and A of `pml4_root` and `pml5_root`; P alone of `pae_root`. Source: mmu.c, v6.1. */
const longModeRootBits = 0x27n;
const paeRootBits = 1n;

/** An entry of `pae_root`, `pml4_root` or `pml5_root`: used by the CPU, not MMU-present. */
function isSpecialRoot(masks: SpteMasks, level: number, value: bigint): boolean {
  if (masks.format.ept) return false;
  const wanted = masks.format.highBitsFree ? longModeRootBits : paeRootBits;
  const atRoot = masks.format.highBitsFree ? level >= 4 : level === 3;
  return atRoot && (value & ~masks.address & ~masks.meValue) === wanted;
}

function kindOf(masks: SpteMasks, level: number, value: bigint): EntryKind {
  if (isParked(masks, value)) return masks.era.parked!.kind;
  const present = isShadowPresent(masks, value);
  if (!present && isMmio(masks, value)) return 'mmio';
  if (present) return isLast(value, level) ? 'leaf' : 'table';
  return value === 0n || value === masks.era.initialValue ? 'empty' : 'not-present';
}

/** Reads an entry in the order KVM asks: parked constants, MMIO, present, then the rest. */
export function readSpte(context: SpteContext, value: bigint): SpteReading {
  const { masks, cpu, hardware, level, rule, fields } = context;
  const present = isShadowPresent(masks, value);
  // Name by name: a copy by spreading takes ten times as long, and maps read millions of entries.
  return {
    masks,
    cpu,
    hardware,
    level,
    rule,
    fields,
    value,
    kind: kindOf(masks, level, value),
    present,
    mmio: isMmio(masks, value),
    hardwareKind: hardwareKind(rule, lowHalf(value), highHalf(value)),
    shape: entryShape(rule, lowHalf(value)),
    specialRoot: !present && isSpecialRoot(masks, level, value),
  };
}
