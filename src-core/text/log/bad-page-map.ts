import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogFamily, LogFieldSpec } from './log-family';

const { gva, rest, text, pointer, pfn, register } = fieldSpecs;
const source = 'mm/memory.c';
const entry = (level: number): LogFieldSpec => ({ role: 'pte', form: 'hex', level });

/** The kernel met an entry of a process that makes no sense. Source: mm/memory.c, mm/pgtable-generic.c. */
export const badPageMap: LogFamily = {
  name: 'bad-page-map',
  events: [
    {
      name: 'bad-page-map',
      title: "An entry of a process's tables makes no sense",
      opening: 'BUG: Bad page map in process ',
      forms: [
        {
          text: '{process} pte:{pte} pmd:{pmd}',
          fields: { process: text, pte: entry(1), pmd: entry(2) },
          hints: kernels(
            null,
            '6.16',
            `pte and pmd stand on one line up to about 6.16 (${source})`,
          ),
        },
        {
          text: '{process} {which}:{entry}',
          fields: {
            process: text,
            which: { role: 'text', form: ['pte', 'pmd', 'pud', 'p4d', 'pgd'] },
            entry: { role: 'pte', form: 'hex' },
          },
          hints: kernels(
            '6.17',
            null,
            `the upper levels have a line of their own since about 6.17 (${source})`,
          ),
        },
      ],
    },
    {
      name: 'bad-page-map-tables',
      title: 'The tables above an entry that makes no sense',
      opening: 'pgd:%',
      partOf: ['bad-page-map'],
      forms: [
        {
          text: 'pgd:{pgd}[? p4d:{p4d}[? pud:{pud}[? pmd:{pmd}?]?]?]',
          fields: { pgd: entry(5), p4d: entry(4), pud: entry(3), pmd: entry(2) },
          hints: kernels('6.17', null, source),
        },
      ],
    },
    {
      name: 'bad-page-map-place',
      title: 'Where an entry makes no sense',
      opening: 'addr:%',
      partOf: ['bad-page-map'],
      forms: [
        {
          text: 'addr:{address} vm_flags:{vm_flags} anon_vma:{anon_vma} mapping:{mapping} index:{index}',
          fields: {
            address: gva,
            vm_flags: register,
            anon_vma: pointer,
            mapping: pointer,
            index: { role: 'size', form: 'hex' },
          },
          hints: noHints(source),
        },
      ],
    },
    {
      name: 'bad-page-map-file',
      title: 'What is mapped where an entry makes no sense',
      opening: 'file:',
      partOf: ['bad-page-map'],
      forms: [{ text: '{what}', fields: { what: rest }, hints: noHints(source) }],
    },
    {
      name: 'bad-page-state',
      title: 'A page in a state it must not have',
      opening: 'BUG: Bad page state in process ',
      forms: [
        {
          text: '{process} pfn:{pfn}',
          fields: { process: text, pfn },
          hints: noHints('mm/page_alloc.c'),
        },
      ],
    },
    {
      name: 'bad-page-map-suppressed',
      title: 'Entries that make no sense, of which nothing more is printed',
      opening: 'BUG: Bad page map: ',
      forms: [
        {
          text: '{messages} messages suppressed',
          fields: { messages: fieldSpecs.count },
          hints: noHints(source),
        },
      ],
    },
    {
      name: 'bad-rss-counter',
      title: 'A process went, and its count of pages was not 0',
      opening: 'BUG: Bad rss-counter state ',
      forms: [{ text: '{what}', fields: { what: rest }, hints: noHints('kernel/fork.c') }],
    },
    ...names(),
  ],
};

/** `FILE:LINE: bad pmd …`, of x86 with the entry's address, of arm64 without. */
function names(): LogFamily['events'] {
  return (
    [
      ['pte', 1],
      ['pmd', 2],
      ['pud', 3],
      ['p4d', 4],
      ['pgd', 5],
    ] as const
  ).map(([name, level]) => ({
    name: `bad-${name}`,
    title: 'The kernel met an entry that makes no sense, and cleared it',
    opening: `bad ${name} `,
    forms: [
      {
        text: '{pointer}({entry})',
        fields: { pointer, entry: entry(level) },
        hints: noHints('mm/pgtable-generic.c'),
      },
      { text: '{entry}', fields: { entry: entry(level) }, hints: noHints('arch/arm64/mm/fault.c') },
    ],
  }));
}
