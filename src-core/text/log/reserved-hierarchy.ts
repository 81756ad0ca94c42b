import type { LogFamily, LogFieldSpec } from './log-family';

const spte: LogFieldSpec = { role: 'spte', form: 'hex' };
const level: LogFieldSpec = { role: 'level', form: 'decimal' };

/** The hierarchy KVM prints for reserved bits. Source: arch/x86/kvm/mmu/mmu.c `get_mmio_spte()`. */
export const reservedHierarchy: LogFamily = {
  name: 'kvm-reserved-hierarchy',
  events: [
    {
      name: 'spte-hierarchy',
      title: 'One level of the hierarchy that KVM printed because of reserved bits',
      opening: '------ spte',
      partOf: ['get_mmio_spte', 'walk_shadow_page_get_mmio_spte'],
      forms: [
        {
          text: '= {spte} level = {level}, rsvd bits = {reserved}',
          fields: { spte, level, reserved: { role: 'mask', form: 'hex' } },
          hints: {
            since: '5.13',
            until: null,
            formats: [],
            why: 'the hierarchy is printed with "rsvd bits" since 5.13 (mmu.c)',
          },
        },
        {
          text: '{spte} level {level}.',
          fields: { spte, level },
          hints: {
            since: null,
            until: '5.12',
            formats: [],
            why: 'the hierarchy is printed without "rsvd bits" up to 5.12 (mmu.c)',
          },
        },
      ],
    },
    {
      name: 'get_mmio_spte',
      title: 'KVM found reserved bits in a present SPTE',
      forms: [
        {
          text: 'reserved bits set on MMU-present spte, addr {address}, hierarchy:',
          fields: { address: { role: 'gpa', form: 'hex' } },
          hints: {
            since: '5.13',
            until: null,
            formats: [],
            why: 'get_mmio_spte prints "MMU-present" since 5.13 (mmu.c)',
          },
        },
        {
          text: 'detect reserved bits on spte, addr {address}, dump hierarchy:',
          fields: { address: { role: 'gpa', form: 'hex' } },
          hints: {
            since: '5.10',
            until: '5.12',
            formats: [],
            why: 'get_mmio_spte prints "detect reserved bits" from 5.10 to 5.12 (mmu.c)',
          },
        },
      ],
    },
    {
      name: 'walk_shadow_page_get_mmio_spte',
      title: 'KVM found reserved bits in a present SPTE',
      forms: [
        {
          text: 'detect reserved bits on spte, addr {address}, dump hierarchy:',
          fields: { address: { role: 'gpa', form: 'hex' } },
          hints: {
            since: null,
            until: '5.9',
            formats: [],
            why: 'the function has this name up to 5.9 (mmu.c)',
          },
        },
      ],
    },
  ],
};
