import { fieldSpecs } from './field-specs';
import type { LogFamily, LogForm, LogHints } from './log-family';

const { gfn, gpa, gva, spte, generation, access, count } = fieldSpecs;

const noHints: LogHints = {
  since: null,
  until: null,
  formats: [],
  why: 'the MMIO events have one form in all kernels from 4.4 to 7.2 (mmutrace.h)',
};

const raw = (text: string, fields: LogForm['fields']): LogForm => ({
  text,
  fields,
  hints: { ...noHints, why: 'raw fields of the event (trace-cmd report -R)' },
});

/** Emulated device memory. Source: arch/x86/kvm/mmu/mmutrace.h, v4.4 – v7.2. */
export const mmio: LogFamily = {
  name: 'kvm-mmio',
  events: [
    {
      name: 'mark_mmio_spte',
      title: 'KVM marked a frame as MMIO',
      forms: [
        {
          text: 'sptep:{sptep} gfn {gfn} access {access} gen {generation}',
          fields: {
            sptep: { role: 'pointer', form: 'text' },
            gfn: { role: 'gfn', form: 'hex' },
            access: { role: 'access', form: 'hex' },
            generation: { role: 'generation', form: 'hex' },
          },
          hints: noHints,
        },
        raw('sptep={sptep} gfn={gfn} access={access} gen={generation}', {
          sptep: { role: 'pointer', form: 'token' },
          gfn,
          access,
          generation,
        }),
      ],
    },
    {
      name: 'handle_mmio_page_fault',
      title: 'The guest touched a frame that is marked as MMIO',
      forms: [
        {
          text: 'addr:{address} gfn {gfn} access {access}',
          fields: {
            address: { role: 'gva', form: 'hex' },
            gfn: { role: 'gfn', form: 'hex' },
            access: { role: 'access', form: 'hex' },
          },
          hints: noHints,
        },
        raw('addr={address} gfn={gfn} access={access}', { address: gva, gfn, access }),
      ],
    },
    {
      name: 'check_mmio_spte',
      title: "KVM compared an MMIO SPTE's generation with its own",
      forms: [
        {
          text: 'spte {spte} kvm_gen {kvm_generation} spte-gen {spte_generation} valid {valid}',
          fields: {
            spte: { role: 'spte', form: 'hex' },
            kvm_generation: { role: 'generation', form: 'hex' },
            spte_generation: { role: 'generation', form: 'hex' },
            valid: { role: 'flag', form: 'decimal' },
          },
          hints: noHints,
        },
        raw('kvm_gen={kvm_generation} spte_gen={spte_generation} spte={spte}', {
          kvm_generation: generation,
          spte_generation: generation,
          spte,
        }),
      ],
    },
    {
      name: 'kvm_mmio',
      title: 'The guest accessed a device',
      forms: [
        {
          text: 'mmio {direction} len {length} gpa {gpa} val {value}',
          fields: {
            direction: { role: 'text', form: ['unsatisfied-read', 'read', 'write'] },
            length: count,
            gpa,
            value: { role: 'text', form: 'token' },
          },
          hints: noHints,
        },
        raw('type={type} len={length} gpa={gpa} val={value}', {
          type: count,
          length: count,
          gpa,
          value: { role: 'text', form: 'token' },
        }),
      ],
    },
    {
      name: 'kvm_fast_mmio',
      title: 'The guest accessed a device that needs no emulation',
      forms: [{ text: 'fast mmio at gpa {gpa}', fields: { gpa }, hints: noHints }],
    },
    {
      name: 'vcpu_match_mmio',
      title: 'KVM remembered that an address is MMIO',
      forms: [
        {
          text: 'gva {gva} gpa {gpa} {direction} {by}',
          fields: {
            gva,
            gpa,
            direction: { role: 'text', form: ['Write', 'Read'] },
            by: { role: 'text', form: ['GPA', 'GVA'] },
          },
          hints: noHints,
        },
      ],
    },
  ],
};
