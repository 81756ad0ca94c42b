import type { LogFamily, LogHints } from './log-family';

const noHints: LogHints = {
  since: null,
  until: null,
  formats: [],
  why: 'the MMIO events have one form in all kernels from 4.4 to 7.2 (mmutrace.h)',
};

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
      ],
    },
  ],
};
