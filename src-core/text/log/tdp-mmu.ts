import type { LogFamily } from './log-family';

/** Changes of KVM's TDP MMU. Source: arch/x86/kvm/mmu/mmutrace.h, v5.11 on. */
export const tdpMmu: LogFamily = {
  name: 'kvm-tdp-mmu',
  events: [
    {
      name: 'kvm_tdp_mmu_spte_changed',
      title: 'KVM changed an SPTE of the TDP MMU',
      forms: [
        {
          text: 'as id {as_id} gfn {gfn} level {level} old_spte {old_spte} new_spte {new_spte}',
          fields: {
            as_id: { role: 'count', form: 'decimal' },
            gfn: { role: 'gfn', form: 'hex' },
            level: { role: 'level', form: 'decimal' },
            old_spte: { role: 'old-spte', form: 'hex' },
            new_spte: { role: 'new-spte', form: 'hex' },
          },
          hints: {
            since: '5.11',
            until: null,
            formats: ['ept', 'ept-noad', 'npt64'],
            why: 'kvm_tdp_mmu_spte_changed exists since 5.11 and tells of EPT or NPT only (mmutrace.h)',
          },
        },
        {
          text: 'gfn={gfn} old_spte={old_spte} new_spte={new_spte} level={level} as_id={as_id}',
          fields: {
            gfn: { role: 'gfn', form: 'hex' },
            old_spte: { role: 'old-spte', form: 'hex' },
            new_spte: { role: 'new-spte', form: 'hex' },
            level: { role: 'level', form: 'decimal' },
            as_id: { role: 'count', form: 'decimal' },
          },
          hints: {
            since: '5.11',
            until: null,
            formats: ['ept', 'ept-noad', 'npt64'],
            why: 'kvm_tdp_mmu_spte_changed exists since 5.11; raw fields (trace-cmd report -R)',
          },
        },
      ],
    },
    {
      name: 'kvm_mmu_split_huge_page',
      title: 'KVM split a huge page',
      forms: [
        {
          text: 'gfn {gfn} spte {spte} level {level} errno {errno}',
          fields: {
            gfn: { role: 'gfn', form: 'hex' },
            spte: { role: 'spte', form: 'hex' },
            level: { role: 'level', form: 'decimal' },
            errno: { role: 'count', form: 'decimal' },
          },
          hints: {
            since: '5.18',
            until: null,
            formats: [],
            why: 'kvm_mmu_split_huge_page exists since 5.18 (mmutrace.h)',
          },
        },
        {
          text: 'gfn={gfn} spte={spte} level={level} errno={errno}',
          fields: {
            gfn: { role: 'gfn', form: 'hex' },
            spte: { role: 'spte', form: 'hex' },
            level: { role: 'level', form: 'decimal' },
            errno: { role: 'count', form: 'decimal' },
          },
          hints: {
            since: '5.18',
            until: null,
            formats: [],
            why: 'kvm_mmu_split_huge_page exists since 5.18; raw fields (trace-cmd report -R)',
          },
        },
      ],
    },
  ],
};
