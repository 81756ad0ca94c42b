import { type KernelVersion } from '../kvm/kernel-version';
import { adEnabled, isAccessTracked, isHostWritable, isMmuWritable, isWritable } from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';
import { type KernelSpan, rowOfKernel } from './kernel-span';

type VolatileTest = (masks: SpteMasks, spte: bigint) => boolean;

const adMayChange: VolatileTest = (masks, spte) =>
  adEnabled(masks, spte) === true && ((spte & masks.accessed) === 0n || dirtyMayBeSet(masks, spte));

const dirtyMayBeSet: VolatileTest = (masks, spte) =>
  isWritable(spte) && (spte & masks.dirty) === 0n;

interface VolatileRow extends KernelSpan {
  readonly test: VolatileTest;
  /** Entries under the exclusive lock are exchanged where the test says so; else stored plainly. */
  readonly exchanges: boolean;
  readonly source: string;
}

/** Must an update be an exchange, because somebody may change the entry without the lock? */
const rows: readonly VolatileRow[] = [
  {
    from: '5.10-rc1',
    test: (masks, spte) =>
      (isHostWritable(masks, spte) && isMmuWritable(masks, spte)) ||
      isAccessTracked(masks, spte) === true ||
      adMayChange(masks, spte),
    exchanges: false,
    source: 'spte_has_volatile_bits(), arch/x86/kvm/mmu/mmu.c, v5.17',
  },
  {
    from: '5.18-rc1',
    test: (masks, spte) =>
      (!isWritable(spte) && isMmuWritable(masks, spte)) ||
      isAccessTracked(masks, spte) === true ||
      adMayChange(masks, spte),
    exchanges: true,
    source: 'spte_has_volatile_bits(), arch/x86/kvm/mmu/spte.c, v5.19',
  },
  {
    from: '6.15-rc1',
    test: (masks, spte) =>
      (!isWritable(spte) && isMmuWritable(masks, spte)) ||
      adEnabled(masks, spte) === false ||
      dirtyMayBeSet(masks, spte),
    exchanges: true,
    source: 'spte_needs_atomic_update(), arch/x86/kvm/mmu/spte.c, v7.1',
  },
];

/** `spte_has_volatile_bits()`, `spte_needs_atomic_update()` of a present entry. */
export function isVolatile(version: KernelVersion, masks: SpteMasks, spte: bigint): boolean {
  return rowOfKernel(rows, version)?.test(masks, spte) ?? false;
}

/** Whether an update of a present leaf under the exclusive lock is an exchange in that kernel. */
export function updatesByExchange(version: KernelVersion, masks: SpteMasks, leaf: bigint): boolean {
  const row = rowOfKernel(rows, version);
  return row !== undefined && row.exchanges && row.test(masks, leaf);
}
