import { fieldSpecs, noHints } from './field-specs';
import type { LogEventSpec, LogFamily } from './log-family';

const { gva, register, rest, text, count, pointer } = fieldSpecs;
const fault = noHints('arch/arm64/mm/fault.c');
const panic = noHints('arch/arm64/kvm/handle_exit.c, hyp/vhe/switch.c');

/** Lines of "Mem abort info" and "Data abort info", each by what only it begins with. */
const parts: readonly string[] = [
  'EC = 0x%: ',
  'Exception class = ',
  'SET = %, FnV = ',
  'EA = %, S1PTW = ',
  'FSC = 0x%: ',
  'ISV = %, ISS = ',
  'CM = %, WnR = ',
  'GCS = %, Overlay = ',
  'Access size = % byte',
  'SSE = %, SRT = ',
  'SF = %, AR = ',
];

const hyp = (
  name: string,
  title: string,
  opening: string,
  form: string,
  fields: LogEventSpec['forms'][number]['fields'],
): LogEventSpec => ({ name, title, opening, forms: [{ text: form, fields, hints: panic }] });

/** What arm64 says around a fault besides addresses and entries, and its hypervisor when it stops. */
export const arm64Syndrome: LogFamily = {
  name: 'arm64-syndrome',
  events: [
    {
      name: 'arm64-syndrome-part',
      title: 'A part of the syndrome, as the kernel reads it',
      opening: parts,
      partOf: ['arm64-fault'],
      forms: [{ text: '{what}', fields: { what: rest }, hints: fault }],
    },
    {
      name: 'arm64-no-tables',
      title: 'The address is of no tables that were in use',
      opening: [
        'user address but active_mm is swapper',
        'address between user and kernel address ranges',
      ],
      partOf: ['arm64-fault'],
      forms: [
        {
          before: '[{address}]',
          text: '{what}',
          fields: { address: gva, what: rest },
          hints: fault,
        },
      ],
    },
    hyp('hyp-panic', 'The hypervisor stopped', 'HYP panic:', '', {}),
    hyp('hyp-panic-vcpu', 'The vCPU it ran', 'VCPU:%', 'VCPU:{vcpu}', { vcpu: pointer }),
    hyp('nvhe-panic', 'The hypervisor stopped', 'nVHE hyp panic at: [<', '{pc}>] {symbol}', {
      pc: gva,
      symbol: rest,
    }),
    hyp('nvhe-bug', 'The hypervisor met what must not be', 'nVHE hyp BUG at: ', '{file}:{line}', {
      file: text,
      line: count,
    }),
    hyp(
      'hyp-offset',
      'Kernel addresses less this are the hypervisor’s',
      'Hyp Offset: ',
      '{offset}',
      {
        offset: register,
      },
    ),
  ],
};
