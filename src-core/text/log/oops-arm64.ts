import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogFamily, LogFieldSpec } from './log-family';

const { gva, errorCode, text, root, rest, count } = fieldSpecs;
const source = 'arch/arm64/mm/fault.c';

const entry = (level: number): LogFieldSpec => ({ role: 'pte', form: 'hex', level });
/** As KVM counts; folded levels repeat the value of the one above. */
const names = [
  ['pgd', 5],
  ['p4d', 4],
  ['pud', 3],
  ['pmd', 2],
  ['pte', 1],
] as const;
const lower = Object.fromEntries(names.slice(1).map(([name, level]) => [name, entry(level)]));
const fields = { address: gva, pgd: entry(5), ...lower };
const formats = ['arm64-s1'] as const;
const part = (star: string, name: string): string => `[?, ${star}${name}={${name}}?]`;
const line = (star: string, p4d: boolean): string =>
  `${star}pgd={pgd}${p4d ? part(star, 'p4d') : ''}${['pud', 'pmd', 'pte'].map((name) => part(star, name)).join('')}`;

/** What an arm64 kernel prints when it meets a fault it cannot mend. */
export const oopsArm64: LogFamily = {
  name: 'oops-arm64',
  events: [
    {
      name: 'arm64-fault',
      title: 'The kernel touched an address that its tables do not map',
      opening: 'Unable to handle kernel ',
      forms: [
        {
          text: '{what} at virtual address {address}',
          fields: { what: text, address: gva },
          hints: noHints(source),
        },
      ],
    },
    {
      name: 'arm64-esr',
      title: 'The syndrome of the fault',
      opening: 'ESR = ',
      partOf: ['arm64-fault'],
      forms: [{ text: '{esr}', fields: { esr: errorCode }, hints: noHints(source) }],
    },
    {
      name: 'arm64-pgtable',
      title: 'The tables that were in use',
      opening: ['swapper pgtable: ', 'user pgtable: '],
      partOf: ['arm64-fault'],
      forms: [
        {
          text: '{granule}k pages, {va_bits}-bit VAs, pgdp={pgdp}',
          fields: { granule: count, va_bits: count, pgdp: root },
          hints: {
            ...kernels('5.2', null, `pgdp is a physical address since about 5.2 (${source})`),
            formats,
          },
          roots: [{ field: 'pgdp', owner: 'host', holds: 'address', formats }],
        },
        {
          text: '{granule}k pages, {va_bits}-bit VAs, {pointer}',
          fields: { granule: count, va_bits: count, pointer: rest },
          hints: {
            ...kernels(
              null,
              '5.1',
              `the tables' address was virtual or hashed up to 5.1 (${source})`,
            ),
            formats,
          },
        },
      ],
    },
    {
      name: 'arm64-pgd-line',
      title: "The host's entries for the address of a fault",
      opening: ['pgd=%', '*pgd=%'],
      partOf: ['arm64-fault'],
      forms: [
        {
          before: '[{address}]',
          text: line('', true),
          fields,
          hints: {
            ...kernels('4.16', null, `no * before the names since about 4.16 (${source})`),
            formats,
          },
        },
        {
          before: '[{address}]',
          text: line('*', true),
          fields,
          hints: {
            ...kernels(null, '4.15', `* before the names up to about 4.15 (${source})`),
            formats,
          },
        },
      ],
    },
    {
      name: 'arm64-pgd-line-rest',
      title: "The host's entries for the address of a fault: what was printed in a line of its own",
      opening: names.slice(1).flatMap(([name]) => [`, ${name}=%`, `, *${name}=%`]),
      partOf: ['arm64-fault'],
      forms: ['', '*'].flatMap((star) =>
        names.slice(1).map(([first], at) => ({
          text: `, ${star}${first}={${first}}${names
            .slice(at + 2)
            .map(([name]) => part(star, name))
            .join('')}`,
          fields: lower,
          hints: {
            ...noHints(`pr_cont pieces may begin a line of their own (${source})`),
            formats,
          },
        })),
      ),
    },
    {
      name: 'hyp-panic-registers',
      title: "The hypervisor's fault registers when it stopped",
      opening: 'FAR:%',
      forms: [
        {
          text: 'FAR:{far} HPFAR:{hpfar} PAR:{par}',
          fields: { far: gva, hpfar: fieldSpecs.register, par: fieldSpecs.register },
          hints: noHints('arch/arm64/kvm/handle_exit.c'),
        },
      ],
    },
    {
      name: 'hyp-panic-syndrome',
      title: "The hypervisor's syndrome when it stopped",
      opening: 'PS:%',
      forms: [
        {
          text: 'PS:{ps} PC:{pc} ESR:{esr}',
          fields: { ps: fieldSpecs.register, pc: gva, esr: errorCode },
          hints: noHints('arch/arm64/kvm/handle_exit.c'),
        },
      ],
    },
  ],
};
