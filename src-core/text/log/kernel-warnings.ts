import { fieldSpecs, kernels, noHints } from './field-specs';
import type { LogFamily } from './log-family';

const { gva, errorCode, count, rest, text } = fieldSpecs;
const oops = ['page-fault', 'arm64-fault'];

/** Heads and codes of warnings and oopses. Source: kernel/panic.c, arch/x86/kernel/dumpstack.c. */
export const kernelWarnings: LogFamily = {
  name: 'kernel-warnings',
  events: [
    {
      name: 'kernel-warning',
      title: 'The kernel met what its authors took to be impossible',
      opening: 'WARNING: ',
      forms: [
        {
          text: 'CPU: {cpu} PID: {pid} at {place}',
          fields: { cpu: count, pid: count, place: rest },
          hints: kernels(null, '6.17', 'CPU and PID stand first up to about 6.17 (kernel/panic.c)'),
        },
        {
          text: '{place} at {function}, CPU#{cpu}: {task}',
          fields: { place: text, function: text, cpu: count, task: rest },
          hints: kernels('6.18', null, 'the place stands first since about 6.18 (kernel/panic.c)'),
        },
      ],
    },
    {
      name: 'oops-code',
      title: 'The error code of the fault that the kernel could not mend',
      opening: ['Oops: Oops: ', 'Oops: '],
      partOf: oops,
      forms: [
        {
          text: '{error_code} [#{number}][? {more}?]',
          fields: { error_code: errorCode, number: count, more: rest },
          hints: noHints('arch/x86/kernel/dumpstack.c, arch/arm64/kernel/traps.c'),
        },
      ],
    },
    {
      name: 'oops-ip',
      title: 'The instruction that faulted',
      opening: 'IP: [<',
      partOf: oops,
      forms: [
        {
          text: '{ip}>][? {symbol}?]',
          fields: { ip: gva, symbol: rest },
          hints: kernels(null, '4.11', 'printed like this up to about 4.11 (arch/x86/mm/fault.c)'),
        },
      ],
    },
  ],
};
