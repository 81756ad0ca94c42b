import type { EraRow } from '../era-row';
import { v611 } from './v6-10';

const bit63 = 1n << 63n;

/** v6.13 – v7.1. Source: arch/x86/kvm/mmu/spte.h of v7.1-rc3. */
export const v613: EraRow = {
  ...v611,
  name: 'v6.13-v7.1',
  span: 'v6.13 – v7.1',
  from: '6.13-rc1',
  last: '7.1',
  represents: '6.18',
  file: 'arch/x86/kvm/mmu/spte.h, v7.1-rc3',
  begins:
    'EPT keeps accessed and dirty in bits 8 and 9 even where the CPU has no such bits; TDX guests from v6.16 on',
  commits: [
    '53510b912518 KVM: x86/mmu: Set shadow_dirty_mask for EPT even if A/D bits disabled',
    '7971801b5618 KVM: x86/mmu: Use Accessed bit even when _hardware_ A/D bits are disabled',
  ],
  plainAccessedDirty: true,
  dirtyPredicate: false,
  atomicUpdate: 'ad-disabled',
  accessTracking: { permissions: 7n, saved: 5n, shift: 54, clearsAccessed: true },
  ept: { ...v611.ept, adMasksAlways: true },
  mmio: { ...v611.mmio, tdx: true },
};

/** v7.2: mode-based execute control. Source: arch/x86/kvm/mmu/spte.h of kvm/next, d482bb509b7d. */
export const v72: EraRow = {
  ...v613,
  name: 'v7.2-mbec',
  span: 'v7.2 and later',
  from: '7.2-rc1',
  last: null,
  represents: '7.2',
  file: 'arch/x86/kvm/mmu/spte.h, kvm/next d482bb509b7d',
  begins:
    'bit 10 is user execute (MBEC); A/D type in 61:60, saved permissions in 52, 54 and 62, host- and MMU-writable in 53 and 55, FROZEN_SPTE is bit 63 and 0x1a0',
  commits: [
    'be4e45f360a2 KVM: x86/mmu: shuffle high bits of SPTEs in preparation for MBEC',
    '9a67ab74021b KVM: x86/mmu: free up bit 10 of PTEs in preparation for MBEC',
    '2e111d932d1d KVM: x86/mmu: split XS/XU bits for EPT',
  ],
  caveat: 'read from kvm/next before the release',
  parked: {
    value: bit63 | 0x1a0n,
    kind: 'frozen',
    constant: 'FROZEN_SPTE',
    countsAsPresent: false,
  },
  adType: { mask: 3n << 60n, disabled: 1n << 60n, writeProtectOnly: 2n << 60n },
  accessTracking: { permissions: 0x407n, saved: 0x405n, shift: 52, clearsAccessed: true },
  ept: {
    ...v613.ept,
    user: 0n,
    presentExecOnly: bit63,
    presentNoExecOnly: bit63,
    userExecute: 1n << 10n,
    hostWritable: 1n << 53n,
    mmuWritable: 1n << 55n,
  },
  mmio: {
    ...v613.mmio,
    generation: {
      parts: [
        { high: 9, low: 3, at: 0 },
        { high: 62, low: 52, at: 7 },
      ],
      clearsMask: false,
      flaw: null,
    },
  },
};
