import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogForm } from './log-family';

const { gpa, gva, errorCode, exitInfo, register, text, token, hva, count, flag } = fieldSpecs;
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
    event(
      'kvm_irq_line',
      'The VM process raised or lowered an interrupt line',
      'Inject {kind} interrupt ({type}), vcpu->idx: {vcpu}, num: {number}, level: {line}',
      { kind: text, type: count, vcpu: count, number: count, line: flag },
    ),
    event(
      'kvm_userspace_exit',
      'The vCPU went back to the VM process',
      'reason {reason} ({number})',
      {
        reason: text,
        number: count,
      },
    ),
    event('kvm_wfx_arm64', 'The guest waits', 'guest executed {what} at: {pc}', {
      what: token,
      pc: gva,
    }),
    event(
      'kvm_hvc_arm64',
      'The guest called its hypervisor',
      'HVC at {pc} (r0: {r0}, imm: {imm})',
      {
        pc: gva,
        r0: register,
        imm: register,
      },
    ),
    event(
      'kvm_sys_access',
      'The guest accessed a system register',
      'PC: {pc} {name} ({encoding}) {direction}',
      { pc: gva, name: text, encoding: text, direction: token },
    ),
    {
      name: 'unexpected-l2-permission',
      title: 'A nested guest lacks the right to read what it may read',
      opening: 'Unexpected L2 read permission error',
      forms: [{ text: '', fields: {}, hints: noHints('arch/arm64/kvm/mmu.c') }],
    },
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
      opening: ['IPA Size Limit: ', 'Limiting the IPA size due to kernel '],
      forms: [
        { text: '{bits} bits', fields: { bits: count }, hints: noHints('arch/arm64/kvm/reset.c') },
        {
          text: '{which} Address limit',
          fields: { which: token },
          hints: kernels('4.20', '5.9', 'printed from 4.20 to 5.9 (arch/arm64/kvm/reset.c)'),
        },
      ],
    },
  ],
};
