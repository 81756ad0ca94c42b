import { fieldSpecs, noHints } from './field-specs';
import type { LogFamily } from './log-family';

const hints = noHints('gdb: print/x');

/** Values that gdb prints. */
export const gdbPrint: LogFamily = {
  name: 'gdb-print',
  events: [
    {
      name: 'gdb-value',
      title: 'A value that gdb printed',
      opening: '$% = ',
      forms: [
        {
          text: '${number} = {value}',
          fields: { number: fieldSpecs.count, value: { role: 'pte', form: 'hex' } },
          hints,
        },
        {
          text: '${number} = [ PDBR={pdbr} PCID={pcid} ]',
          fields: {
            number: fieldSpecs.count,
            pdbr: { role: 'pfn', form: 'decimal' },
            pcid: fieldSpecs.count,
          },
          hints: noHints("QEMU's gdb stub: CR3 as a type of flags; PDBR is a frame number"),
        },
        {
          text: '${number} = {{first}[?, {second}?][?, {third}?][?, {fourth}?]',
          fields: {
            number: fieldSpecs.count,
            first: { role: 'pte', form: 'hex' },
            second: { role: 'pte', form: 'hex' },
            third: { role: 'pte', form: 'hex' },
            fourth: { role: 'pte', form: 'hex' },
          },
          hints,
        },
      ],
    },
  ],
};
