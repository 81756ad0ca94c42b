import type { LogFamily, LogFieldSpec } from './log-family';

const number: LogFieldSpec = { role: 'count', form: 'decimal' };
const flag: LogFieldSpec = { role: 'flag', form: 'decimal' };

/** The lockless fast path. Source: mmutrace.h `fast_page_fault`, v4.4 – v7.1: `old` with 0x, `new` without. */
export const fastPageFault: LogFamily = {
  name: 'kvm-fast-page-fault',
  events: [
    {
      name: 'fast_page_fault',
      title: 'KVM tried to mend a fault without taking the lock',
      forms: [
        {
          text: 'vcpu {vcpu} gva {gva} error_code {error_code} sptep {sptep} old {old} new {new} spurious {spurious} fixed {fixed}',
          fields: {
            vcpu: number,
            gva: { role: 'gva', form: 'hex' },
            error_code: { role: 'error-code', form: 'text' },
            sptep: { role: 'pointer', form: 'text' },
            old: { role: 'old-spte', form: 'hex' },
            new: { role: 'new-spte', form: 'hex' },
            spurious: flag,
            fixed: flag,
          },
          hints: {
            since: null,
            until: null,
            formats: [],
            why: 'fast_page_fault has one form from 4.4 to 7.1 (mmutrace.h)',
          },
        },
        {
          text: 'vcpu_id={vcpu} cr2_or_gpa={gva} error_code={error_code} sptep={sptep} old_spte={old} new_spte={new} ret={result}',
          fields: {
            vcpu: number,
            gva: { role: 'gva', form: 'hex' },
            error_code: { role: 'error-code', form: 'hex' },
            sptep: { role: 'pointer', form: 'token' },
            old: { role: 'old-spte', form: 'hex' },
            new: { role: 'new-spte', form: 'hex' },
            result: number,
          },
          hints: {
            since: '5.10',
            until: null,
            formats: [],
            why: 'the return code is a field since 5.10; raw fields (trace-cmd report -R)',
          },
        },
      ],
    },
  ],
};
