import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogFamily, LogFieldSpec } from './log-family';

const { gva, errorCode, rest, text } = fieldSpecs;
const source = 'arch/x86/mm/fault.c';

const entry = (level: number): LogFieldSpec => ({ role: 'pte', form: 'hex', level });
/** Levels by name; with four levels P4D repeats PGD, which is then the root's entry too. */
const levels = { pgd: entry(5), p4d: entry(4), pud: entry(3), pmd: entry(2), pte: entry(1) };
const fourLevels = { ...levels, pgd: entry(4) };

const tail = '[? PUD {pud}[? PMD {pmd}[? PTE {pte}?]?]?][? {broken}?]';
const broken: LogFieldSpec = { role: 'flag', form: ['BAD'] };

/** What the host kernel prints when it meets a fault it cannot mend. */
export const oopsX86: LogFamily = {
  name: 'oops-x86',
  events: [
    {
      name: 'page-fault',
      title: 'The kernel touched an address that its tables do not map',
      opening: ['BUG: unable to handle ', 'BUG: kernel NULL pointer dereference, address: '],
      forms: [
        {
          text: 'page fault for address: {address}',
          fields: { address: gva },
          hints: kernels('5.1', null, `"page fault for address" is printed since 5.1 (${source})`),
        },
        {
          text: 'kernel {what} at {address}',
          fields: { what: text, address: gva },
          hints: kernels(
            null,
            '5.0',
            `"unable to handle kernel … at" is printed up to 5.0 (${source})`,
          ),
        },
        {
          text: '{address}',
          fields: { address: gva },
          hints: kernels(
            '5.1',
            null,
            `"NULL pointer dereference, address:" is printed since 5.1 (${source})`,
          ),
        },
      ],
    },
    {
      name: 'corrupted-page-table',
      title: 'The CPU met reserved bits in an entry of the host',
      opening: 'Corrupted page table at address ',
      forms: [{ text: '{address}', fields: { address: gva }, hints: noHints(source) }],
    },
    {
      name: 'page-fault-kind',
      title: 'Who did what when the page fault came',
      opening: '#PF: supervisor ',
      partOf: ['page-fault'],
      forms: [{ text: '{access}', fields: { access: rest }, hints: kernels('5.1', null, source) }],
    },
    {
      name: 'page-fault-kind-user',
      title: 'Who did what when the page fault came',
      opening: '#PF: user ',
      partOf: ['page-fault'],
      forms: [{ text: '{access}', fields: { access: rest }, hints: kernels('5.1', null, source) }],
    },
    {
      name: 'page-fault-error-code',
      title: "The page fault's error code",
      opening: '#PF: error_code(',
      partOf: ['page-fault'],
      forms: [
        {
          text: '{error_code}) - {reason}',
          fields: { error_code: errorCode, reason: rest },
          hints: kernels('5.1', null, source),
        },
      ],
    },
    {
      name: 'pgd-line',
      title: "The host's entries for the address of a fault",
      opening: 'PGD %',
      partOf: ['page-fault', 'corrupted-page-table'],
      forms: [
        {
          text: `PGD {pgd} P4D {p4d}${tail}`,
          fields: { ...levels, broken },
          hints: {
            ...kernels('4.12', null, `P4D is printed since about 4.12 (${source})`),
            formats: ['guest64'],
          },
        },
        {
          text: `PGD {pgd}${tail}`,
          fields: { ...fourLevels, broken },
          hints: {
            ...kernels(null, '4.11', `no P4D is printed up to about 4.11 (${source})`),
            formats: ['guest64'],
          },
        },
      ],
    },
    {
      name: 'pdpt-line',
      title: "The host's PAE entries for the address of a fault",
      opening: '*pdpt = %',
      partOf: ['page-fault'],
      forms: [
        {
          text: '*pdpt = {pdpt}[? *pde = {pde}[? *pte = {pte}?]?]',
          fields: { pdpt: entry(3), pde: entry(2), pte: entry(1) },
          hints: { ...noHints(`32-bit kernels with PAE (${source})`), formats: ['guest-pae'] },
        },
      ],
    },
    {
      name: 'pde-line',
      title: "The host's 32-bit entries for the address of a fault",
      opening: '*pde = %',
      partOf: ['page-fault'],
      forms: [
        {
          text: '*pde = {pde}[? *pte = {pte}?]',
          fields: { pde: entry(2), pte: entry(1) },
          hints: { ...noHints(`32-bit kernels without PAE (${source})`), formats: ['guest32'] },
        },
      ],
    },
    {
      name: 'report-end',
      title: "The end of a kernel's report",
      opening: '---[ end trace ',
      forms: [
        { text: '{mark}', fields: { mark: fieldSpecs.token }, hints: noHints('kernel/panic.c') },
      ],
    },
    {
      name: 'oops-registers',
      title: 'Control registers when the kernel stopped',
      opening: 'CR2: %',
      forms: [
        {
          text: 'CR2: {cr2} CR3: {cr3}[? CR4: {cr4}?]',
          fields: { cr2: gva, cr3: fieldSpecs.root, cr4: fieldSpecs.register },
          hints: noHints('__show_regs() (arch/x86/kernel/process_64.c)'),
          roots: [{ field: 'cr3', owner: 'host', holds: 'cr3', formats: ['guest64'] }],
        },
        {
          text: 'CR2: {cr2}',
          fields: { cr2: gva },
          hints: noHints('page_fault_oops() (arch/x86/mm/fault.c)'),
        },
      ],
    },
  ],
};
