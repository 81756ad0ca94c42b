import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily } from './log-family';

const { hva, gfn, level } = fieldSpecs;

const range = (name: string, title: string, what: string): LogEventSpec => ({
  name,
  title,
  forms: [
    {
      text: `mmu notifier ${what}: {start} -- {end}`,
      fields: { start: hva, end: hva },
      hints: kernels('5.13', null, `${name} exists since 5.13 (include/trace/events/kvm.h)`),
    },
    {
      text: 'start={start} end={end}',
      fields: { start: hva, end: hva },
      hints: kernels('5.13', null, `${name} exists since 5.13 (include/trace/events/kvm.h)`),
    },
  ],
});

const one = (name: string, title: string, what: string, until: string | null): LogEventSpec => ({
  name,
  title,
  forms: [`mmu notifier ${what}: {hva}`, 'hva={hva}'].map((text) => ({
    text,
    fields: { hva },
    hints: kernels(
      '5.13',
      until,
      `${name} exists since 5.13${until === null ? '' : ` and up to ${until}`} (include/trace/events/kvm.h)`,
    ),
  })),
});

/** The host changed the process's mappings under the guest. Source: include/trace/events/kvm.h. */
export const mmuNotifier: LogFamily = {
  name: 'kvm-mmu-notifier',
  events: [
    range('kvm_unmap_hva_range', 'The host unmaps addresses of the VM process', 'unmap range'),
    range('kvm_age_hva', 'The host asks which pages were used, and forgets it', 'age hva'),
    one('kvm_test_age_hva', 'The host asks whether a page was used', 'test age hva', null),
    one('kvm_set_spte_hva', 'The host maps another page at an address', 'set pte hva', '6.9'),
    {
      name: 'kvm_age_page',
      title: 'KVM looked whether a page was used',
      forms: [
        {
          text: 'hva {hva} gfn {gfn} level {level} {young}',
          fields: { hva, gfn, level, young: { role: 'flag', form: ['YOUNG', 'OLD'] } },
          hints: kernels(null, '5.12', 'kvm_age_page ended with 5.12 (include/trace/events/kvm.h)'),
        },
      ],
    },
    {
      name: 'kvm_unmap_hva',
      title: 'The host unmaps an address of the VM process',
      forms: [
        {
          text: 'mmu notifier unmap hva: {hva}',
          fields: { hva },
          hints: noHints('older kernels of arm64 (trace.h)'),
        },
      ],
    },
  ],
};
