import type { LogFamily, LogFieldSpec } from './log-family';

const gfn: LogFieldSpec = { role: 'gfn', form: 'hex' };
const level: LogFieldSpec = { role: 'level', form: 'decimal' };

/** SPTEs asked for and written. Source: arch/x86/kvm/mmu/mmutrace.h, v5.4 on. */
export const setSpte: LogFamily = {
  name: 'kvm-set-spte',
  events: [
    {
      name: 'kvm_mmu_set_spte',
      title: 'KVM wrote a leaf SPTE',
      forms: [
        {
          text: 'gfn {gfn} spte {spte} ({access}) level {level} at {at}',
          fields: {
            gfn,
            spte: { role: 'spte', form: 'hex' },
            access: { role: 'access', form: 'text' },
            level,
            at: { role: 'entry-address', form: 'hex' },
          },
          hints: {
            since: '5.4',
            until: null,
            formats: [],
            why: 'kvm_mmu_set_spte exists since 5.4 (mmutrace.h)',
          },
        },
      ],
    },
    {
      name: 'kvm_mmu_spte_requested',
      title: 'KVM was asked to map a page',
      forms: [
        {
          text: 'gfn {gfn} pfn {pfn} level {level}',
          fields: { gfn, pfn: { role: 'pfn', form: 'hex' }, level },
          hints: {
            since: '5.4',
            until: null,
            formats: [],
            why: 'kvm_mmu_spte_requested exists since 5.4 (mmutrace.h)',
          },
        },
      ],
    },
  ],
};
