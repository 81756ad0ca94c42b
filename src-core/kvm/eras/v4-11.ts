import type { EraRow } from '../era-row';
import { v47 } from './v4-4';

const special = 1n << 62n;

/** v4.11 – v4.18. Source: arch/x86/kvm/mmu.c of v4.14. */
export const v411: EraRow = {
  ...v47,
  name: 'v4.11-v4.18',
  span: 'v4.11 – v4.18',
  from: '4.11-rc1',
  last: '4.18',
  represents: '4.14',
  file: 'arch/x86/kvm/mmu.c, v4.14',
  begins:
    'bit 62 marks special entries (MMIO, A/D disabled); access tracking saves R and X in bits 52 and 54',
  commits: [
    'f160c7b7bb32 kvm: x86: mmu: Lockless access tracking for Intel CPUs without EPT A bits.',
    'ac8d57e57344 (A/D bits disabled per entry, about v4.13)',
  ],
  caveat: '4.14.y and 4.18.y with the L1TF fixes look like v4.19',
  presence: { mask: 0xffff_ffff_ffff_ffffn, unlessSpecial: true },
  adType: { mask: special, disabled: special, writeProtectOnly: null },
  plainAccessedDirty: false,
  accessTracking: { permissions: 7n, saved: 5n, shift: 52, clearsAccessed: false },
  mmio: {
    ...v47.mmio,
    ept: { mask: special | 7n, value: special | 6n, written: special | 6n },
    legacy: {
      software: special,
      address: 'bit-51',
      leftOutAt52: 'present-bit',
      bySoftwareBits: false,
    },
  },
};

/** v4.19 – v5.0: L1TF. Source: arch/x86/kvm/mmu.c of v4.19. */
export const v419: EraRow = {
  ...v411,
  name: 'v4.19-v5.0',
  span: 'v4.19 – v5.0',
  from: '4.19-rc1',
  last: '5.0',
  represents: '4.19',
  file: 'arch/x86/kvm/mmu.c, v4.19',
  begins: 'L1TF: five frame-number bits of an MMIO entry are moved up and replaced by ones',
  commits: [
    '28a1f3ac1d0c kvm: x86: Set highest physical address bits in non-present/reserved SPTEs',
    "daa07cbc9ae3 KVM: x86: fix L1TF's MMIO GFN calculation",
  ],
  caveat: null,
  mmio: { ...v411.mmio, gfn: 'mask', l1tf: 'narrow-physical' },
};

/** v5.1 – v5.3: generation re-coded. From the commits that began and mended it. */
export const v51: EraRow = {
  ...v419,
  name: 'v5.1-v5.3',
  span: 'v5.1 – v5.3',
  from: '5.1-rc1',
  last: '5.3',
  represents: '5.2',
  file: 'arch/x86/kvm/mmu.c, v5.2',
  begins: 'the MMIO generation has 19 bits, but its high field holds the low bits',
  commits: ['cae7ed3c2cb0 KVM: x86: Refactor the MMIO SPTE generation handling'],
  caveat: 'read from commits, not from a tree',
  mmio: {
    ...v419.mmio,
    generation: {
      parts: [
        { high: 11, low: 3, at: 0 },
        { high: 61, low: 52, at: 0 },
      ],
      clearsMask: false,
      flaw: 'only bits 9:0 of the generation are kept: from generation 1024 on every cached entry looks stale',
    },
  },
};

/** September 2019, never merged: the first direct MMU. Based on about v5.3. */
export const rfc2019: EraRow = {
  ...v51,
  name: 'rfc-2019',
  span: 'RFC of September 2019',
  from: '5.3',
  last: '5.3',
  represents: '5.3',
  file: 'the direct MMU RFC, patch series of September 2019, on v5.3',
  begins: 'DISCONNECTED_PTE (bit 57) in tables that are no longer reachable',
  commits: [],
  caveat: 'posted for comment, never merged',
  unmerged: true,
  parked: {
    value: 1n << 57n,
    kind: 'disconnected',
    constant: 'DISCONNECTED_PTE',
    countsAsPresent: true,
  },
};
