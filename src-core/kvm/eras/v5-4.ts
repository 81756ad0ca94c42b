import type { EraRow } from '../era-row';
import { v51 } from './v4-11';

const kindBits = 3n << 52n;

/** v5.4.0 – about v5.4.18, v5.5.0 – v5.5.2. Source: arch/x86/kvm/mmu.c of v5.4. */
export const v54: EraRow = {
  ...v51,
  name: 'v5.4.0-v5.5.2',
  span: 'v5.4.0 – v5.4.18, v5.5.0 – v5.5.2',
  from: '5.4-rc1',
  last: '5.5',
  represents: '5.4',
  file: 'arch/x86/kvm/mmu.c, v5.4',
  begins:
    'bits 53:52 tell the kind: A/D enabled, disabled, write-protect only, or MMIO; access tracking saves R and X in bits 54 and 56',
  commits: ['6eeb4ef049e7 KVM: x86: assign two bits to track SPTE kinds'],
  caveat: 'distribution kernels called 5.4.0 carry stable fixes: the layout may be that of v5.6',
  adType: { mask: kindBits, disabled: 1n << 52n, writeProtectOnly: 2n << 52n },
  accessTracking: { permissions: 7n, saved: 5n, shift: 54, clearsAccessed: false },
  mmio: {
    ...v51.mmio,
    ept: { mask: kindBits | 7n, value: kindBits | 6n, written: kindBits | 6n },
    legacy: {
      software: kindBits,
      address: 'bit-51',
      leftOutAt52: 'present-bit',
      bySoftwareBits: false,
    },
    generation: {
      parts: [
        { high: 11, low: 3, at: 0 },
        { high: 61, low: 52, at: 0 },
      ],
      clearsMask: false,
      flaw: 'the high field overlaps the kind in bits 53:52: unless the generation ends in binary 11 every cached entry looks stale',
    },
    access: 'mask',
    l1tf: 'narrow-cache',
  },
  reserved: { ...v51.reserved, width: 'cpuid' },
};

/** v5.6, v5.7 and the stable kernels that got its generation. Source: mmu.c of v5.4.32. */
export const v56: EraRow = {
  ...v54,
  name: 'v5.6-v5.7',
  span: 'v5.6 – v5.7, v5.4.19+, v5.5.3+',
  from: '5.6-rc1',
  last: '5.7',
  stable: ['5.4.19', '5.5.3'],
  represents: '5.4.32',
  file: 'arch/x86/kvm/mmu.c, v5.4.32',
  begins:
    'the MMIO generation has 18 bits and leaves bits 53:52 alone, but its high field holds the low bits',
  commits: [
    '56871d444bc4 KVM: x86: fix overlap between SPTE_MMIO_MASK and generation',
    '52918ed5fcf0 KVM: SVM: Override default MMIO mask if memory encryption is enabled',
  ],
  caveat: '5.4.y got the generation, L1TF and 52-bit fixes at different points',
  mmio: {
    ...v54.mmio,
    smeAdjust: true,
    generation: {
      parts: [
        { high: 11, low: 3, at: 0 },
        { high: 62, low: 54, at: 0 },
      ],
      clearsMask: false,
      flaw: 'only bits 8:0 of the generation are kept: from generation 512 on every cached entry looks stale',
    },
  },
};

/** v5.8 – v5.9 and the candidates of v5.10. Source: arch/x86/kvm/mmu/mmu.c of v5.8. */
export const v58: EraRow = {
  ...v56,
  name: 'v5.6-v5.9',
  span: 'v5.8 – v5.9',
  from: '5.8-rc1',
  last: '5.9',
  stable: [],
  represents: '5.8',
  file: 'arch/x86/kvm/mmu/mmu.c, v5.8',
  begins: 'an MMIO entry is told by bits 53:52 alone',
  commits: [
    "6129ed877d40 KVM: x86/mmu: Set mmio_value to '0' if reserved #PF can't be generated",
    'c791aef9c (bit 8 of a level 3 entry is no longer reserved)',
  ],
  caveat: null,
  mmio: {
    ...v56.mmio,
    ept: { mask: kindBits, value: kindBits, written: kindBits | 6n },
    legacy: {
      software: kindBits,
      address: 'bit-51',
      leftOutAt52: 'both',
      bySoftwareBits: true,
    },
    l1tf: 'bug-and-narrow-cache',
  },
  reserved: { ...v56.reserved, bit8AtLevel3: false },
};
