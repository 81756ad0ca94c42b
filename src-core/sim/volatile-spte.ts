import type { KernelVersion } from '../kvm/kernel-version';
import { adEnabled, isAccessTracked, isMmuWritable, isWritable } from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';
import { type KernelSpan, rowOfKernel } from './kernel-span';

type VolatileTest = (masks: SpteMasks, spte: bigint) => boolean;

/** A write fault may give W back without the lock. */
const mayBecomeWritable: VolatileTest = (masks, spte) =>
  !isWritable(spte) && isMmuWritable(masks, spte);

/** The CPU may set D. */
const mayBecomeDirty: VolatileTest = (masks, spte) =>
  isWritable(spte) && (spte & masks.dirty) === 0n;

interface VolatileRow extends KernelSpan {
  readonly test: VolatileTest;
  readonly source: string;
}

/** Who may change a present leaf without the lock. Before v5.18 the TDP MMU stored plainly even so. */
const rows: readonly VolatileRow[] = [
  {
    from: '5.18-rc1',
    test: (masks, spte) =>
      mayBecomeWritable(masks, spte) ||
      isAccessTracked(masks, spte) === true ||
      (adEnabled(masks, spte) === true &&
        ((spte & masks.accessed) === 0n || mayBecomeDirty(masks, spte))),
    source: 'spte_has_volatile_bits(), arch/x86/kvm/mmu/spte.c, v5.19',
  },
  {
    from: '6.15-rc1',
    test: (masks, spte) =>
      mayBecomeWritable(masks, spte) ||
      adEnabled(masks, spte) === false ||
      mayBecomeDirty(masks, spte),
    source: 'spte_needs_atomic_update(), arch/x86/kvm/mmu/spte.c, v7.1',
  },
];

/** Whether this kernel updates such a leaf by an exchange under the exclusive lock too. */
export function updatesByExchange(version: KernelVersion, masks: SpteMasks, leaf: bigint): boolean {
  return rowOfKernel(rows, version)?.test(masks, leaf) ?? false;
}
