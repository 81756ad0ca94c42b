import { fieldSpecs, noHints } from './field-specs';
import type { LogFamily } from './log-family';

const { gva, gpa, errorCode, rest, pte, level } = fieldSpecs;
const hints = noHints("walks of the guest's tables have one form from 4.4 on (mmutrace.h)");
const raw = noHints('raw fields of the event (libtraceevent)');

/** KVM walks the guest's own tables. Source: arch/x86/kvm/mmu/mmutrace.h, v4.4 – v7.2. */
export const guestWalk: LogFamily = {
  name: 'kvm-guest-walk',
  events: [
    {
      name: 'kvm_mmu_pagetable_walk',
      title: "KVM began to walk the guest's tables",
      forms: [
        {
          text: 'addr {address} pferr {pferr}[? {flags}?]',
          fields: { address: gva, pferr: errorCode, flags: rest },
          hints,
        },
        {
          text: 'addr={address} pferr={pferr}',
          fields: { address: gva, pferr: errorCode },
          hints: raw,
        },
      ],
    },
    {
      name: 'kvm_mmu_paging_element',
      title: "KVM read an entry of the guest's tables",
      forms: [
        { text: 'pte {pte} level {level}', fields: { pte, level }, hints },
        { text: 'pte={pte} level={level}', fields: { pte, level }, hints: raw },
      ],
    },
    ...(['accessed', 'dirty'] as const).map((bit) => ({
      name: `kvm_mmu_set_${bit}_bit`,
      title: `KVM set the ${bit} bit of a guest's entry`,
      forms: [
        { text: 'gpa {gpa}', fields: { gpa }, hints },
        {
          text: '[?table_gfn={table_gfn} index={index} size={size} ?]gpa={gpa}',
          fields: {
            table_gfn: fieldSpecs.gfn,
            index: fieldSpecs.count,
            size: fieldSpecs.count,
            gpa,
          },
          hints: raw,
        },
      ],
    })),
    {
      name: 'kvm_mmu_walker_error',
      title: "KVM's walk of the guest's tables ended in a fault",
      forms: [
        {
          text: 'pferr {pferr}[? {flags}?]',
          fields: { pferr: errorCode, flags: rest },
          hints,
        },
        { text: 'pferr={pferr}', fields: { pferr: errorCode }, hints: raw },
      ],
    },
  ],
};
