import { findWordKind, type LogEvent, type LogField } from '../../src-core/index';
import type { FileView } from '../file-view';

/** The kind of word that an event's value is, and half a sentence that says why. */
export interface EventWord {
  readonly word: string;
  readonly why: string;
}

type Rule = (value: bigint, event: LogEvent, view: FileView) => EventWord | undefined;

const finalOrTableWalk = 3n << 32n;
const linearAddressValid = 1n << 7n;

/** Formats whose faults are reported in a word of their own. */
const byFormat: Readonly<Record<string, EventWord>> = {
  ept: { word: 'exit-qualification', why: 'EPT: KVM prints the exit qualification here' },
  'ept-noad': { word: 'exit-qualification', why: 'EPT: KVM prints the exit qualification here' },
  npt64: { word: 'npf-exit-info-1', why: "NPT: KVM prints the CPU's EXITINFO1 here" },
  shadow64: { word: 'pferr', why: 'shadow paging: KVM prints the page fault’s own code here' },
  pae: { word: 'pferr', why: 'shadow paging: KVM prints the page fault’s own code here' },
};

/**
 * `kvm_page_fault` prints three kinds of words under one name: the EPT exit qualification, AMD's
 * EXITINFO1, or the #PF error code under shadow paging. Source: handle_ept_violation() vmx.c,
 * npf_interception() and pf_interception() svm.c, v4.4 – v7.2.
 */
const pageFault: Rule = (value, _event, view) => {
  if ((value & finalOrTableWalk) !== 0n) {
    return { word: 'npf-exit-info-1', why: 'bits 33:32 are only in the EXITINFO1 of AMD' };
  }
  const format = view.hints.format?.name ?? view.trace.format;
  const known = format === undefined ? undefined : byFormat[format];
  if (known) return known;
  return (value & linearAddressValid) !== 0n
    ? { word: 'exit-qualification', why: 'bit 7 is only in an EPT exit qualification' }
    : {
        word: 'pferr',
        why: 'nothing in the file tells EPT or NPT: read as shadow paging prints it',
      };
};

/** Exit information is what the reason makes of it. Source: kvm_exit, arch/x86/kvm/trace.h. */
const exitInfo: Rule = (_value, event) => {
  const reason = event.fields.find(({ name }) => name === 'reason')?.text ?? '';
  if (/^EPT_VIOLATION\b/i.test(reason)) {
    return { word: 'exit-qualification', why: 'the exit’s reason is EPT_VIOLATION' };
  }
  return /^npf\b/i.test(reason)
    ? { word: 'npf-exit-info-1', why: 'the exit’s reason is npf' }
    : undefined;
};

/** An event that was injected or intercepted has an error code of its own: of vector 14, #PF's. */
const interruptError: Rule = (_value, event) => {
  const names = ['intr_info', 'ext_int', 'int_info'];
  const info = event.fields.find(({ name }) => names.includes(name))?.value ?? 0n;
  const isPageFault = (info & 0x8000_00ffn) === 0x8000_000en;
  return isPageFault
    ? { word: 'page-fault-error', why: 'the event beside it is a #PF' }
    : undefined;
};

/** EPT violations are exit reason 48. Source: Intel SDM vol. 3D appendix C. */
const qualification: Rule = (_value, event) => {
  const reason = event.fields.find(({ name }) => name === 'reason')?.value ?? 0n;
  return (reason & 0xffffn) === 48n
    ? { word: 'exit-qualification', why: 'exit reason 48 is an EPT violation' }
    : undefined;
};

const nestedPageFault: Rule = (value) =>
  (value & finalOrTableWalk) === 0n
    ? undefined
    : { word: 'npf-exit-info-1', why: 'bits 33:32 are only in that of a nested page fault' };

const always =
  (word: string, why: string): Rule =>
  () => ({ word, why });

const exits = 'kvm_exit kvm_nested_vmexit kvm_nested_vmexit_inject'.split(' ');
const exitRules = exits.flatMap((event): [string, Rule][] => [
  [`${event}.info1`, exitInfo],
  [`${event}.ext_inf1`, exitInfo],
  [`${event}.error_code`, interruptError],
  [`${event}.ext_int_err`, interruptError],
  [`${event}.int_info_err`, interruptError],
]);

/** Which word a value of an event is, by event and field. */
const rules: ReadonlyMap<string, Rule> = new Map([
  ['kvm_page_fault.error_code', pageFault],
  ['fast_page_fault.error_code', always('pferr', 'KVM prints its own error code here')],
  ...exitRules,
  ['vmcs-exit.qualification', qualification],
  ['exit_info1.value', nestedPageFault],
]);

/** Roles of values that may be a register or a code of the name that they are printed under. */
const namedRoles: readonly LogField['role'][] = ['root', 'register', 'error-code', 'role'];

/** The word that a value of an event is; `undefined`: an address, a count, an entry … */
export function eventWord(view: FileView, event: LogEvent, field: LogField): EventWord | undefined {
  if (field.value === null) return undefined;
  const rule = rules.get(`${event.name}.${field.name}`);
  if (rule) return rule(field.value, event, view);
  if (!namedRoles.includes(field.role)) return undefined;
  const kind = findWordKind(field.name);
  return kind && { word: kind.name, why: `the line names it: ${field.name}` };
}
