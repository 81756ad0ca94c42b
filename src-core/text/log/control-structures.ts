import { fieldSpecs, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogRootSpec } from './log-family';

const { register, root, text, gpa, gva, hpa, exitInfo } = fieldSpecs;
const vmcs = noHints('dump_vmcs() (arch/x86/kvm/vmx/vmx.c)');
const vmcb = noHints('dump_vmcb() (arch/x86/kvm/svm/svm.c)');

const guestCr3: LogRootSpec = { field: 'cr3', owner: 'guest', holds: 'cr3', formats: [] };

/** A line `NAME: VALUE` of the VMCB's control area. */
const control = (
  name: string,
  title: string,
  spec: LogEventSpec['forms'][0]['fields'][string],
): LogEventSpec => ({
  name,
  title,
  forms: [{ text: '{value}', fields: { value: spec }, hints: vmcb }],
});

/** Both vendors' structures of a vCPU as KVM dumps them when a guest cannot be entered. */
export const controlStructures: LogFamily = {
  name: 'control-structures',
  events: [
    {
      name: 'vmcs-dump',
      title: 'KVM dumps a VMCS',
      opening: 'VMCS ',
      forms: [
        {
          text: '{pointer}, last attempted VM-entry on CPU {cpu}',
          fields: { pointer: fieldSpecs.pointer, cpu: fieldSpecs.count },
          hints: vmcs,
        },
      ],
    },
    {
      name: 'ept-pointer',
      title: 'The EPT root of a vCPU',
      opening: 'EPT pointer = ',
      forms: [
        {
          text: '{eptp}',
          fields: { eptp: root },
          hints: { ...vmcs, formats: ['ept', 'ept-noad'] },
          roots: [{ field: 'eptp', owner: 'kvm', holds: 'eptp', formats: [] }],
        },
      ],
    },
    {
      name: 'vmcs-guest-cr3',
      title: "The root of the guest's own tables",
      opening: 'CR3 = ',
      forms: [{ text: '{cr3}', fields: { cr3: root }, hints: vmcs, roots: [guestCr3] }],
    },
    {
      name: 'vmcs-guest-cr0',
      title: "The guest's CR0",
      opening: 'CR0: actual=',
      forms: [
        {
          text: '{cr0}, shadow={shadow}, gh_mask={mask}',
          fields: { cr0: register, shadow: register, mask: register },
          hints: vmcs,
        },
      ],
    },
    {
      name: 'vmcs-guest-cr4',
      title: "The guest's CR4",
      opening: 'CR4: actual=',
      forms: [
        {
          text: '{cr4}, shadow={shadow}, gh_mask={mask}',
          fields: { cr4: register, shadow: register, mask: register },
          hints: vmcs,
        },
      ],
    },
    {
      name: 'vmcs-efer',
      title: 'EFER',
      opening: 'EFER= ',
      forms: [{ text: '{efer}', fields: { efer: register }, hints: vmcs }],
    },
    {
      name: 'vmcs-pdptr',
      title: "The guest's PAE directory pointers",
      opening: ['PDPTR0 = ', 'PDPTR2 = '],
      forms: [
        {
          text: '{first} PDPTR{number} = {second}',
          fields: {
            first: { role: 'pte', form: 'hex', level: 3 },
            number: fieldSpecs.count,
            second: { role: 'pte', form: 'hex', level: 3 },
          },
          hints: { ...vmcs, formats: ['guest-pae'] },
        },
      ],
    },
    {
      name: 'vmcs-exit',
      title: "Why the vCPU's guest could not be entered, or left",
      opening: 'reason=',
      forms: [
        {
          text: '{reason} qualification={qualification}',
          fields: { reason: exitInfo, qualification: exitInfo },
          hints: vmcs,
        },
      ],
    },
    {
      name: 'vmcb-dump',
      title: 'KVM dumps a VMCB',
      opening: 'SVM vCPU',
      forms: [
        {
          text: '{vcpu} VMCB {pointer}, {more}',
          fields: { vcpu: fieldSpecs.count, pointer: text, more: fieldSpecs.rest },
          hints: vmcb,
        },
      ],
    },
    {
      name: 'nested_cr3',
      title: 'The NPT root of a vCPU',
      forms: [
        {
          text: '{ncr3}',
          fields: { ncr3: root },
          hints: { ...vmcb, formats: ['npt64'] },
          roots: [{ field: 'ncr3', owner: 'kvm', holds: 'cr3', formats: ['npt64'] }],
        },
      ],
    },
    {
      name: 'vmcb-cr3',
      opening: 'cr3: % cr4: %',
      title: "The root of the guest's own tables, or of their shadow",
      forms: [
        {
          text: 'cr3: {cr3} cr4: {cr4}',
          fields: { cr3: root, cr4: register },
          hints: vmcb,
          roots: [guestCr3],
        },
      ],
    },
    {
      name: 'vmcb-cr0',
      opening: 'cr0: % cr2: %',
      title: "The guest's CR0 and CR2",
      forms: [{ text: 'cr0: {cr0} cr2: {cr2}', fields: { cr0: register, cr2: gva }, hints: vmcb }],
    },
    {
      name: 'vmcb-efer',
      title: "The guest's EFER",
      opening: ['vmpl: ', 'cpl: '],
      forms: [
        {
          text: '{vmpl}[? cpl: {cpl}?] efer: {efer}',
          fields: { vmpl: fieldSpecs.count, cpl: fieldSpecs.count, efer: register },
          hints: vmcb,
        },
      ],
    },
    control('exit_code', 'Why the guest stopped running', exitInfo),
    control('exit_info1', 'Exit information 1: of a nested page fault, its error code', exitInfo),
    control('exit_info2', 'Exit information 2: of a nested page fault, its address', gpa),
    control('iopm_base_pa', 'Where the map of I/O ports is', hpa),
    control('msrpm_base_pa', 'Where the map of MSRs is', hpa),
    control('vmsa_pa', "Where the encrypted guest's save area is", hpa),
  ],
};
