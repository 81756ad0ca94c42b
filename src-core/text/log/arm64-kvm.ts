import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogForm } from './log-family';

const { gpa, gva, errorCode, exitInfo, register, text, token, hva, count } = fieldSpecs;
const source = noHints('arch/arm64/kvm/trace_arm.h, trace_handle_exit.h');

const event = (
  name: string,
  title: string,
  form: string,
  fields: LogForm['fields'],
): LogEventSpec => ({
  name,
  title,
  forms: [{ text: form, fields, hints: source }],
});

/** KVM on arm64. Its events name addresses and syndromes, never an entry. */
export const arm64Kvm: LogFamily = {
  name: 'kvm-arm64',
  events: [
    event(
      'kvm_guest_fault',
      'The guest touched an address that stage 2 does not map',
      'ipa {ipa}, hsr {esr}, hxfar {far}, pc {pc}',
      { ipa: gpa, esr: errorCode, far: gva, pc: gva },
    ),
    event('kvm_access_fault', 'The guest touched a page whose access flag is clear', 'IPA: {ipa}', {
      ipa: gpa,
    }),
    event(
      'kvm_mmio_emulate',
      'KVM emulates an access to a device',
      'Emulate MMIO at: {pc} (instr: {instruction}, cpsr: {cpsr})',
      { pc: gva, instruction: register, cpsr: register },
    ),
    {
      name: 'kvm_mmio_nisv',
      title: 'An access to a device that the syndrome does not describe',
      forms: [
        {
          text: 'ipa {ipa}, esr {esr}, far {far}, pc {pc}',
          fields: { ipa: gpa, esr: errorCode, far: gva, pc: gva },
          hints: kernels('6.12', null, 'kvm_mmio_nisv is not in 6.1 (trace_arm.h)'),
        },
      ],
    },
    event(
      'kvm_set_way_flush',
      'The guest flushes its cache by set and way',
      'S/W flush at {pc} (cache {cache})',
      { pc: gva, cache: token },
    ),
    event(
      'kvm_toggle_cache',
      'The guest turned its MMU or cache on or off',
      'VM op at {pc} (cache was {before}, now {now})',
      { pc: gva, before: text, now: text },
    ),
    event('kvm_handle_sys_reg', 'The guest accessed a system register', 'HSR {esr}', {
      esr: errorCode,
    }),
    event(
      'kvm_inject_nested_exception',
      "KVM gives an exception to the nested guest's hypervisor",
      '{kind}: esr_el2 {esr} elr_el2: {elr} spsr_el2: {spsr} (M: {mode}) hcr_el2: {hcr}',
      { kind: token, esr: errorCode, elr: gva, spsr: register, mode: text, hcr: register },
    ),
    event(
      'kvm_nested_eret',
      'A nested hypervisor returns to its guest',
      'elr_el2: {elr} spsr_el2: {spsr} (M: {mode}) hcr_el2: {hcr}',
      { elr: gva, spsr: register, mode: text, hcr: register },
    ),
    {
      name: 'unsupported-fsc',
      title: 'A fault of stage 2 that KVM cannot handle',
      opening: 'Unsupported FSC: EC=',
      forms: [
        {
          text: '{ec} xFSC={fsc} ESR_EL2={esr}',
          fields: { ec: exitInfo, fsc: exitInfo, esr: errorCode },
          hints: noHints('arch/arm64/kvm/mmu.c'),
        },
      ],
    },
    {
      name: 'no-vma',
      title: 'KVM found no memory of the VM process behind an address',
      opening: 'Failed to find VMA for hva ',
      forms: [{ text: '{hva}', fields: { hva }, hints: noHints('arch/arm64/kvm/mmu.c') }],
    },
    {
      name: 'ipa-size-limit',
      title: 'How wide guest-physical addresses can be',
      opening: 'IPA Size Limit: ',
      forms: [
        { text: '{bits} bits', fields: { bits: count }, hints: noHints('arch/arm64/kvm/reset.c') },
      ],
    },
  ],
};
