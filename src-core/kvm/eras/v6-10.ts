import type { EraRow } from '../era-row';
import { v519 } from './v5-13';

const bit63 = 1n << 63n;

/** v6.10. Source: arch/x86/kvm/mmu/spte.h of v6.8 and v6.12 with the commits between. */
export const v610: EraRow = {
  ...v519,
  name: 'v6.10',
  span: 'v6.10',
  from: '6.10-rc1',
  last: '6.10',
  represents: '6.10',
  file: 'arch/x86/kvm/mmu/spte.h, v6.10',
  begins: 'a fresh entry is bit 63 (suppress #VE in EPT), and present EPT entries carry it',
  commits: [
    '7f01cab84928 KVM: x86/mmu: Allow non-zero value for non-present SPTE and removed SPTE',
    '7fa5e2929198 KVM: x86/mmu: Add Suppress VE bit to EPT shadow_mmio_mask/shadow_present_mask',
    '949019b98289 KVM: x86/mmu: Track shadow MMIO value on a per-VM basis',
  ],
  caveat: 'spte.h of v6.10 itself was not read',
  initialValue: bit63,
  parked: {
    value: bit63 | 0x5a0n,
    kind: 'removed',
    constant: 'REMOVED_SPTE',
    countsAsPresent: false,
  },
  ept: { ...v519.ept, presentExecOnly: bit63, presentNoExecOnly: bit63 | 1n },
  mmio: { ...v519.mmio, ept: { mask: bit63 | 7n, value: 6n, written: 6n } },
};

/** v6.11 – v6.12. Source: arch/x86/kvm/mmu/spte.h of v6.12. */
export const v611: EraRow = {
  ...v610,
  name: 'v6.11-v6.12',
  span: 'v6.11 – v6.12',
  from: '6.11-rc1',
  last: '6.12',
  represents: '6.12',
  file: 'arch/x86/kvm/mmu/spte.h, v6.12',
  begins: 'REMOVED_SPTE is called FROZEN_SPTE',
  commits: ['964cea817196 KVM: x86/tdp_mmu: Rename REMOVED_SPTE to FROZEN_SPTE'],
  caveat: null,
  parked: {
    value: bit63 | 0x5a0n,
    kind: 'frozen',
    constant: 'FROZEN_SPTE',
    countsAsPresent: false,
  },
};
