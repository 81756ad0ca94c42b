import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogForm } from './log-family';

const { count, errorCode, exitInfo, gva, gpa, rest, text } = fieldSpecs;
const rip = gva;

/** Each form has some of them. */
const exitFields = {
  vcpu: count,
  reason: text,
  rip,
  info1: exitInfo,
  info2: exitInfo,
  intr_info: exitInfo,
  error_code: errorCode,
  requests: exitInfo,
} as const;

const newExit =
  'vcpu {vcpu} reason {reason} rip {rip} info1 {info1} info2 {info2} intr_info {intr_info} error_code {error_code}';

/** As the kernels print it, newest first, then arm64's and trace-cmd's. */
const exitForms: readonly LogForm[] = [
  {
    text: `${newExit} requests {requests}`,
    fields: exitFields,
    hints: kernels('6.14', null, '"requests" is printed since 6.14 (trace.h)'),
  },
  {
    text: newExit,
    fields: exitFields,
    hints: kernels(
      '5.10',
      '6.13',
      '"info1 … error_code" without "requests": 5.10 to 6.13 (trace.h)',
    ),
  },
  {
    text: 'vcpu {vcpu} reason {reason} rip {rip} info {info1} {info2}',
    fields: exitFields,
    hints: kernels(
      '5.3',
      '5.9',
      '"vcpu" stands before "reason", and "info" has two numbers: about 5.3 to 5.9 (trace.h)',
    ),
  },
  {
    text: 'reason {reason} rip {rip}[? {symbol}?] info {info1} {info2}',
    fields: { ...exitFields, symbol: { role: 'text', form: 'token' } },
    hints: noHints(
      "kernels up to about 5.2 print this, and trace-cmd's KVM plugin for all (trace.h, plugin_kvm.c)",
    ),
  },
];

const nestedFields = {
  rip,
  reason: text,
  ext_inf1: exitInfo,
  ext_inf2: exitInfo,
  ext_int: exitInfo,
  ext_int_err: errorCode,
} as const;
const nestedText =
  'reason: {reason} ext_inf1: {ext_inf1} ext_inf2: {ext_inf2} ext_int: {ext_int} ext_int_err: {ext_int_err}';
const pluginFields = {
  reason: text,
  info1: exitInfo,
  info2: exitInfo,
  int_info: exitInfo,
  int_info_err: errorCode,
} as const;
const pluginText =
  'reason {reason} info1 {info1} info2 {info2} int_info {int_info} int_info_err {int_info_err}';
const plugin = noHints("trace-cmd's KVM plugin (libtraceevent plugin_kvm.c)");

const nested: readonly LogEventSpec[] = [
  {
    name: 'kvm_nested_vmexit',
    title: 'A nested guest left to its hypervisor or to KVM',
    forms: [
      {
        text: 'CANT FIND FIELD {missing}',
        fields: { missing: { role: 'text', form: 'token' } },
        hints: kernels('5.10', null, "trace-cmd's plugin expects the fields of 5.9 (plugin_kvm.c)"),
      },
      ...exitForms.slice(0, 2),
      {
        text: `rip: {rip} ${nestedText}`,
        fields: nestedFields,
        hints: kernels(null, '5.9', '"ext_inf1" after rip was printed up to 5.9 (trace.h)'),
      },
      { text: `rip {rip} ${pluginText}`, fields: { rip, ...pluginFields }, hints: plugin },
    ],
  },
  {
    name: 'kvm_nested_vmexit_inject',
    title: "KVM gives an exit to the nested guest's hypervisor",
    forms: [
      {
        text: nestedText,
        fields: nestedFields,
        hints: noHints('one form in all kernels (trace.h)'),
      },
      { text: pluginText, fields: pluginFields, hints: plugin },
    ],
  },
];

const armExit = {
  reason: { role: 'text', form: 'token' },
  exception_class: exitInfo,
  class_name: text,
  pc: gva,
} as const;

/** Why a guest stopped running, and for which address. Source: arch/x86/kvm/trace.h, arch/arm64/kvm/trace_arm.h. */
export const guestFault: LogFamily = {
  name: 'kvm-guest-fault',
  events: [
    {
      name: 'kvm_page_fault',
      title: 'The guest touched an address that its tables do not map',
      forms: [
        {
          text: 'vcpu {vcpu} rip {rip} address {address} error_code {error_code}',
          fields: { vcpu: count, rip, address: gpa, error_code: errorCode },
          hints: kernels('6.1', null, 'kvm_page_fault prints vcpu and rip since 6.1 (trace.h)'),
        },
        {
          text: 'address {address} error_code {error_code}',
          fields: { address: gpa, error_code: errorCode },
          hints: kernels(null, '6.0', 'kvm_page_fault has no vcpu up to 6.0 (trace.h)'),
        },
        {
          text: 'vcpu_id={vcpu} guest_rip={rip} fault_address={address} error_code={error_code}',
          fields: { vcpu: count, rip, address: gpa, error_code: errorCode },
          hints: kernels('6.1', null, 'kvm_page_fault has vcpu and rip since 6.1 (trace.h)'),
        },
      ],
    },
    {
      name: 'kvm_exit',
      title: 'The guest stopped running',
      forms: [
        ...exitForms,
        {
          text: '{reason}: HSR_EC: {exception_class} ({class_name}), PC: {pc}',
          fields: armExit,
          hints: noHints("arm64's form (trace_arm.h)"),
        },
      ],
    },
    {
      name: 'kvm_entry',
      title: 'The guest runs',
      forms: [
        { text: 'PC: {pc}', fields: { pc: gva }, hints: noHints("arm64's form (trace_arm.h)") },
        {
          text: 'vcpu {vcpu}[?,?][? rip {rip}?][? {more}?]',
          fields: { vcpu: count, rip, more: rest },
          hints: noHints('one form in all kernels, but for what follows rip (trace.h)'),
        },
      ],
    },
    ...nested,
  ],
};
