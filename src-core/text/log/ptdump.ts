import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogFamily, LogFieldSpec } from './log-family';

const { gva, gpa, text, rest } = fieldSpecs;

const size: LogFieldSpec = { role: 'size', form: 'decimal' };
const unit: LogFieldSpec = { role: 'text', form: ['K', 'M', 'G', 'T', 'P', 'E'] };
const x86Level: LogFieldSpec = { role: 'text', form: ['pgd', 'p4d', 'pud', 'pmd', 'pte'] };
const arm64Level: LogFieldSpec = { role: 'text', form: ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'] };
const range = '{start}-{end} {size}{unit}';
const rangeFields = { start: gva, end: gva, size, unit } as const;
const stage2Fields = {
  start: gpa,
  end: gpa,
  size,
  unit,
  level: { role: 'level', form: ['0', '1', '2', '3'] },
} as const;
const stage2 = 'arch/arm64/kvm/ptdump.c';

/**
 * Files of the kernel's page-table dumpers: x86 `page_tables/*`, arm64 `kernel_page_tables`, KVM's
 * `stage2_page_tables`. A row is a range of equal rights, not an entry, and names no frame.
 * Source: arch/x86/mm/dump_pagetables.c, arch/arm64/mm/ptdump.c, arch/arm64/kvm/ptdump.c.
 */
export const ptdump: LogFamily = {
  name: 'ptdump',
  events: [
    {
      name: 'ptdump-marker',
      title: 'A part of the address space begins',
      opening: '---[ ',
      forms: [
        {
          text: '{name} ]---',
          fields: { name: { role: 'text', form: ['Guest IPA'] } },
          hints: { ...kernels('6.12', null, `KVM's stage 2 (${stage2})`), formats: ['arm64-s2'] },
        },
        {
          text: '{name} ]---',
          fields: { name: text },
          hints: noHints('dump_pagetables.c, ptdump.c'),
        },
      ],
    },
    {
      name: 'ptdump-skipped',
      title: 'Entries that the dump leaves out',
      opening: '... %',
      forms: [
        {
          text: '... {count} {what} skipped ...',
          fields: { count: fieldSpecs.count, what: { role: 'text', form: ['entry', 'entries'] } },
          hints: noHints('arch/x86/mm/dump_pagetables.c'),
        },
      ],
    },
    {
      name: 'ptdump-range',
      title: 'A range of equal rights in page tables',
      opening: '0x%-0x% ',
      forms: [
        {
          text: `${range} [?{rights} ?]{level}`,
          fields: { ...rangeFields, rights: text, level: x86Level },
          hints: {
            ...noHints('x86 names levels in lower case, at the end (dump_pagetables.c)'),
            formats: ['guest64'],
          },
        },
        {
          text: `${range} {level}[? {rights}?]`,
          fields: { ...rangeFields, level: arm64Level, rights: rest },
          hints: {
            ...noHints('arm64 names levels in upper case, before the rights (ptdump.c)'),
            formats: ['arm64-s1'],
          },
        },
        {
          text: `${range} {level} [?{read} ?][?{write} ?]{execute}[? {rights}?]`,
          fields: {
            ...stage2Fields,
            read: { role: 'flag', form: ['R'] },
            write: { role: 'flag', form: ['W'] },
            execute: { role: 'flag', form: ['PXNUXN', 'PXNux', 'px UXN', 'px ux'] },
            rights: rest,
          },
          hints: {
            ...kernels('6.19', null, `rights to execute for both levels of the guest (${stage2})`),
            formats: ['arm64-s2'],
          },
        },
        {
          text: `${range} {level} [?{read} ?][?{write} ?]{execute}[? {rights}?]`,
          fields: {
            ...stage2Fields,
            read: { role: 'flag', form: ['R'] },
            write: { role: 'flag', form: ['W'] },
            execute: { role: 'flag', form: ['NX', 'x'] },
            rights: rest,
          },
          hints: { ...kernels('6.18', '6.18', `"NX" or "x" (${stage2})`), formats: ['arm64-s2'] },
        },
        {
          text: `${range} {level}[? {read}?][? {write}?][? {never_execute}?][? {rights}?]`,
          fields: {
            ...stage2Fields,
            read: { role: 'flag', form: ['R'] },
            write: { role: 'flag', form: ['W'] },
            never_execute: { role: 'flag', form: ['X'] },
            rights: { role: 'text', form: ['AF BLK', 'AF', 'BLK', 'F'] },
          },
          hints: {
            ...kernels(
              '6.12',
              null,
              `levels are digits; X, where it stands, means never execute (${stage2})`,
            ),
            formats: ['arm64-s2'],
          },
        },
      ],
    },
    {
      name: 'wx-check',
      title: 'Whether anything of the kernel may be written and executed',
      opening: 'Checked W+X mappings: ',
      forms: [
        {
          text: 'FAILED, {pages} W+X pages found, {non_uxn} non-UXN pages found',
          fields: { pages: fieldSpecs.count, non_uxn: fieldSpecs.count },
          hints: { ...noHints('arch/arm64/mm/ptdump.c'), formats: ['arm64-s1'] },
        },
        {
          text: 'FAILED, {pages} W+X pages found',
          fields: { pages: fieldSpecs.count },
          hints: noHints('arch/x86/mm/dump_pagetables.c'),
        },
        { text: 'passed, no W+X pages found', fields: {}, hints: noHints('mm/ptdump.c') },
      ],
    },
  ],
};
