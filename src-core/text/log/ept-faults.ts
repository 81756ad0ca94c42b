import { fieldSpecs, kernels } from './field-specs';
import type { LogFamily } from './log-family';

const { spte, level, gpa, mask, gva, exitInfo, rest } = fieldSpecs;

const ept = (since: string | null, until: string | null, why: string) =>
  ({ ...kernels(since, until, why), formats: ['ept', 'ept-noad'] }) as const;
const old = ept(null, '4.1', 'ept_misconfig_inspect_spte went about 4.1 (vmx.c)');
const ve = ept('6.10', null, '#VE is dumped since about 6.10 (vmx.c)');

/** EPT misconfigurations of old kernels, and #VE. Source: arch/x86/kvm/vmx.c, arch/x86/kvm/vmx/vmx.c. */
export const eptFaults: LogFamily = {
  name: 'ept-faults',
  events: [
    {
      name: 'ept-misconfiguration',
      title: 'The CPU met an EPT entry that no rule allows',
      opening: 'EPT: Misconfiguration.',
      forms: [{ text: '', fields: {}, hints: old }],
    },
    {
      name: 'ept-misconfiguration-address',
      title: 'The address of an EPT misconfiguration',
      opening: 'EPT: GPA: ',
      partOf: ['ept-misconfiguration'],
      forms: [{ text: '{gpa}', fields: { gpa }, hints: old }],
    },
    {
      name: 'ept_misconfig_inspect_spte',
      title: 'An entry on the way to an EPT misconfiguration',
      partOf: ['ept-misconfiguration'],
      forms: [
        { text: 'spte {spte} level {level}', fields: { spte, level }, hints: old },
        { text: 'rsvd_bits = {reserved}', fields: { reserved: mask }, hints: old },
        { text: 'ept_mem_type={type}', fields: { type: exitInfo }, hints: old },
      ],
    },
    {
      name: 've-info-address',
      title: "Where a vCPU's #VE area is",
      opening: 'VE info address = ',
      forms: [{ text: '{hpa}[?{note}?]', fields: { hpa: fieldSpecs.hpa, note: rest }, hints: ve }],
    },
    {
      name: 've_info',
      title: 'What a #VE was about',
      forms: [
        {
          text: '{reason} {delivery} {qualification} {gla} {gpa} {eptp_index}',
          fields: {
            reason: exitInfo,
            delivery: exitInfo,
            qualification: exitInfo,
            gla: gva,
            gpa,
            eptp_index: exitInfo,
          },
          hints: ve,
        },
      ],
    },
    {
      name: 'unexpected-ve',
      title: 'A #VE came that KVM did not ask for',
      opening: 'Unexpected #VE on VM-Exit reason ',
      forms: [{ text: '{reason}', fields: { reason: exitInfo }, hints: ve }],
    },
  ],
};
