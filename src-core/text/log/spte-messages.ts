import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogEventSpec, LogFamily, LogForm } from './log-family';

const { spte, oldSpte, newSpte, gfn, gpa, level, mask, count, pointer } = fieldSpecs;

const head = 'unexpected-spte-change';
const source = 'arch/x86/kvm/mmu/tdp_mmu.c and spte.c';

/** Lines of the messages that follow one another; their text is fixed. */
const continued: readonly string[] = [
  'SPTE with another present leaf SPTE mapping a',
  'different PFN!',
  'should not be replaced with another,',
  'different nonpresent SPTE, unless one or both',
  'are MMIO SPTEs, or the new SPTE is',
  'a temporary removed SPTE.',
  'a temporary frozen SPTE.',
];

const warning = (name: string, title: string, opening: string): LogEventSpec => ({
  name,
  title,
  opening,
  forms: [{ text: ': {spte}', fields: { spte }, hints: noHints(source) }],
});

/** `spte[LEVEL] = VALUE`, root first. */
const levelFields: LogForm['fields'] = {
  level_1: level,
  spte_1: spte,
  level_2: level,
  spte_2: spte,
  level_3: level,
  spte_3: spte,
  level_4: level,
  spte_4: spte,
  level_5: level,
  spte_5: spte,
};

/** KVM's complaints about single entries. Source: arch/x86/kvm/mmu (mmu.c, spte.c, tdp_mmu.c). */
export const spteMessages: LogFamily = {
  name: 'kvm-spte-messages',
  events: [
    {
      name: head,
      title: 'KVM met a change of an SPTE that must not happen',
      opening: [
        'Invalid SPTE change: cannot replace a present leaf',
        'Unexpected SPTE change! Nonpresent SPTEs',
      ],
      forms: [{ text: '', fields: {}, hints: noHints(source) }],
    },
    {
      name: 'unexpected-spte-change-text',
      title: 'KVM met a change of an SPTE that must not happen',
      opening: continued,
      partOf: [head],
      forms: [{ text: '', fields: {}, hints: noHints(source) }],
    },
    {
      name: 'unexpected-spte-change-values',
      title: 'The change of an SPTE that must not happen',
      opening: 'as_id: ',
      partOf: [head],
      forms: [
        {
          text: '{as_id} gfn: {gfn} old_spte: {old_spte} new_spte: {new_spte} level: {level}',
          fields: { as_id: count, gfn, old_spte: oldSpte, new_spte: newSpte, level },
          hints: {
            ...kernels('5.11', null, 'the TDP MMU prints this for EPT and NPT (tdp_mmu.c)'),
            formats: ['ept', 'ept-noad', 'npt64'],
          },
        },
      ],
    },
    warning(
      'mmu-writable-not-host-writable',
      'An SPTE that the MMU may make writable though the host does not allow it',
      'MMU-writable SPTE is not Host-writable',
    ),
    warning(
      'writable-not-mmu-writable',
      'A writable SPTE that the MMU says is not',
      'Writable SPTE is not MMU-writable',
    ),
    {
      name: 'reserved-spte',
      title: 'KVM was about to write an SPTE with reserved bits',
      opening: 'spte = ',
      forms: [
        {
          text: '{spte}, level = {level}, rsvd bits = {reserved}',
          fields: { spte, level, reserved: mask },
          hints: noHints('make_spte() (arch/x86/kvm/mmu/spte.c)'),
        },
      ],
    },
    {
      name: 'gfn-mismatch',
      title: 'A table of KVM maps another guest frame than it should',
      opening: 'gfn mismatch under direct page ',
      forms: [
        {
          text: '{page} (expected {expected}, got {gfn})',
          fields: { page: gfn, expected: gfn, gfn },
          hints: noHints('kvm_mmu_page_set_translation() (mmu.c)'),
        },
      ],
    },
    {
      name: 'spte-present-at-free',
      title: 'KVM freed a table that still held an entry',
      opening: 'SPTE %',
      forms: [
        {
          text: 'SPTE {spte} (@ {sptep}) for gfn {gfn} shadow-present at free',
          fields: { spte, sptep: pointer, gfn },
          hints: noHints('mmu.c'),
        },
      ],
    },
    {
      name: 'pte_list_remove',
      title: 'An SPTE is missing in the list of who maps a page',
      forms: [
        {
          text: '{sptep} {what}->BUG',
          fields: { sptep: pointer, what: fieldSpecs.text },
          hints: noHints('mmu.c'),
        },
      ],
    },
    {
      name: 'spte-path',
      title: 'KVM printed the SPTEs on the way to an address',
      opening: '#VE ',
      forms: [
        {
          text: '{address}[?, spte[{level_1}] = {spte_1}?][?, spte[{level_2}] = {spte_2}?][?, spte[{level_3}] = {spte_3}?][?, spte[{level_4}] = {spte_4}?][?, spte[{level_5}] = {spte_5}?]',
          fields: {
            address: gpa,
            ...levelFields,
          },
          hints: {
            ...kernels('6.10', null, 'kvm_mmu_print_sptes() exists since about 6.10 (mmu.c)'),
            formats: ['ept', 'ept-noad'],
          },
        },
      ],
    },
  ],
};
