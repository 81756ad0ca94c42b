import type { EraRow } from '../era-row';
import { v512 } from './v5-10';

/** v5.13 – v5.18. Source: arch/x86/kvm/mmu/spte.h of v5.13, v5.15, v5.17. */
export const v513: EraRow = {
  ...v512,
  name: 'v5.13-v5.18',
  span: 'v5.13 – v5.18',
  from: '5.13-rc1',
  last: '5.18',
  represents: '5.15',
  file: 'arch/x86/kvm/mmu/spte.h, v5.15',
  begins:
    'bit 11 says MMU-present; host- and MMU-writable are bits 57 and 58 in EPT, 9 and 10 elsewhere; MMIO entries have no software bits; REMOVED_SPTE is 0x5a0',
  commits: [
    'KVM: x86/mmu: Use a dedicated bit to track shadow/MMU-present SPTEs',
    'KVM: x86/mmu: Use high bits for host/mmu writable masks for EPT SPTEs',
    'KVM: x86/mmu: Stop using software available bits to denote MMIO SPTEs',
    'KVM: x86/mmu: Use low available bits for removed SPTEs',
  ],
  presence: { mask: 1n << 11n, unlessSpecial: false },
  parked: { value: 0x5a0n, kind: 'removed', constant: 'REMOVED_SPTE', countsAsPresent: false },
  ept: { ...v512.ept, hostWritable: 1n << 57n, mmuWritable: 1n << 58n },
  legacy: { hostWritable: 1n << 9n, mmuWritable: 1n << 10n },
  reserved: {
    ...v512.reserved,
    message: 'reserved bits set on MMU-present spte, addr 0x%llx, hierarchy:',
  },
  mmio: {
    ...v512.mmio,
    ept: { mask: 7n, value: 6n, written: 6n },
    legacy: { software: 0n, address: 'bit-51', leftOutAt52: 'both', bySoftwareBits: false },
    canBeOff: true,
    generation: {
      parts: [
        { high: 10, low: 3, at: 0 },
        { high: 62, low: 52, at: 8 },
      ],
      clearsMask: false,
      flaw: null,
    },
  },
};

/** v5.19 – v6.9. Source: arch/x86/kvm/mmu/spte.h of v5.19, v6.1, v6.8. */
export const v519: EraRow = {
  ...v513,
  name: 'v5.19-v6.9',
  span: 'v5.19 – v6.9',
  from: '5.19-rc1',
  last: '6.9',
  represents: '6.1',
  file: 'arch/x86/kvm/mmu/spte.h, v6.1',
  begins:
    'shadow_me_value and shadow_me_mask are two things; EPT page sizes the CPU lacks are reserved',
  commits: ['e54f1ff244ac KVM: x86/mmu: Add shadow_me_value and repurpose shadow_me_mask'],
  locklessWritable: 'mmu',
  atomicUpdate: 'write-protected',
  movedPageLosesMmuWritable: true,
  reserved: { ...v513.reserved, eptPageSizes: true },
  meValueSplit: true,
};
