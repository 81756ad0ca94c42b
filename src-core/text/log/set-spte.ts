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
        {
          text: 'gfn={gfn} spte={spte} sptep={at} level={level} r={read} x={execute} u={user}',
          fields: {
            gfn,
            spte: { role: 'spte', form: 'hex' },
            at: { role: 'entry-address', form: 'hex' },
            level,
            read: { role: 'flag', form: 'decimal' },
            execute: { role: 'flag', form: 'decimal' },
            user: { role: 'flag', form: 'decimal' },
          },
          hints: {
            since: '5.4',
            until: null,
            formats: [],
            why: 'kvm_mmu_set_spte exists since 5.4; raw fields (trace-cmd report -R)',
          },
        },
      ],
    },
    {
      name: 'kvm_mmu_spte_requested',
      title: 'KVM was asked to map a page',
      forms: [
        {
          text: 'gfn {gfn} pfn {pfn} level {level} access {access}',
          fields: {
            gfn,
            pfn: { role: 'pfn', form: 'hex' },
            level,
            access: { role: 'access', form: 'hex' },
          },
          hints: {
            since: '7.2',
            until: null,
            formats: [],
            why: 'kvm_mmu_spte_requested prints the access since 7.2 (format file of a 7.2 kernel)',
          },
        },
        {
          text: 'gfn={gfn} pfn={pfn} level={level}[? access={access}?]',
          fields: {
            gfn,
            pfn: { role: 'pfn', form: 'hex' },
            level,
            access: { role: 'access', form: 'hex' },
          },
          hints: {
            since: '5.4',
            until: null,
            formats: [],
            why: 'kvm_mmu_spte_requested exists since 5.4; raw fields (trace-cmd report -R)',
          },
        },
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
