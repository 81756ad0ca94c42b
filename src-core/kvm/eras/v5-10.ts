import type { EraRow } from '../era-row';
import { v58 } from './v5-4';

/** v5.10 – v5.11. Source: arch/x86/kvm/mmu/spte.h of v5.10. */
export const v510: EraRow = {
  ...v58,
  name: 'v5.10-v5.11',
  span: 'v5.10 – v5.11',
  from: '5.10',
  last: '5.11',
  represents: '5.10',
  file: 'arch/x86/kvm/mmu/spte.h, v5.10',
  begins: 'the MMIO generation is written whole; the TDP MMU exists',
  commits: ['34c0f6f2695a KVM: mmu: Fix SPTE encoding of MMIO generation upper half'],
  caveat: 'stable kernels got the generation fix in December 2020',
  mmio: {
    ...v58.mmio,
    generation: {
      parts: [
        { high: 11, low: 3, at: 0 },
        { high: 62, low: 54, at: 9 },
      ],
      clearsMask: false,
      flaw: null,
    },
  },
};

/** v5.12. Source: arch/x86/kvm/mmu/spte.h of v5.12. */
export const v512: EraRow = {
  ...v510,
  name: 'v5.12',
  span: 'v5.12',
  from: '5.12-rc1',
  last: '5.12',
  represents: '5.12',
  file: 'arch/x86/kvm/mmu/spte.h, v5.12',
  begins: 'REMOVED_SPTE is bit 59',
  commits: ['08f07c800e9d KVM: x86/mmu: Flush TLBs after zap in TDP MMU PF handler'],
  caveat: null,
  parked: {
    value: 1n << 59n,
    kind: 'removed',
    constant: 'REMOVED_SPTE',
    countsAsPresent: false,
  },
};
