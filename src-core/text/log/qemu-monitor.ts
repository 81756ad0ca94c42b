import { fieldSpecs, noHints } from './field-specs';
import type { LogFamily, LogFieldSpec } from './log-family';

const { gva, gpa, hpa, hva, register, root, text, count } = fieldSpecs;
const source = 'target/i386/monitor.c';
const hints = noHints(source);

const flags: LogFieldSpec = { role: 'access', form: 'token' };

/** Answers of QEMU's monitor. */
export const qemuMonitor: LogFamily = {
  name: 'qemu-monitor',
  events: [
    {
      name: 'info-mem',
      title: 'A range of equal rights (info mem)',
      opening: ['%-% % u', '%-% % -'],
      forms: [
        {
          text: '{start}-{end} {size} {rights}',
          fields: { start: gva, end: gva, size: { role: 'size', form: 'hex' }, rights: flags },
          hints,
        },
      ],
    },
    {
      name: 'info-tlb',
      title:
        'A mapping (info tlb): X no-execute, G global, P large, D dirty, A accessed, C and T cache, U user, W writable',
      opening: ['%: % X', '%: % -'],
      forms: [
        {
          text: '{address}: {physical} {flags}',
          fields: { address: gva, physical: hpa, flags },
          hints,
        },
      ],
    },
    {
      name: 'info-registers',
      title: 'Control registers of a vCPU (info registers)',
      opening: 'CR0=%',
      forms: [
        {
          text: 'CR0={cr0} CR2={cr2} CR3={cr3} CR4={cr4}',
          fields: { cr0: register, cr2: gva, cr3: root, cr4: register },
          hints: noHints('x86_cpu_dump_state() (target/i386/cpu-dump.c)'),
          roots: [{ field: 'cr3', owner: 'guest', holds: 'cr3', formats: [] }],
        },
        {
          text: 'CR0={cr0} CR3={cr3} CR4={cr4}',
          fields: { cr0: register, cr3: root, cr4: register },
          hints: noHints("the host's registers in dump_vmcs() (arch/x86/kvm/vmx/vmx.c)"),
          roots: [{ field: 'cr3', owner: 'host', holds: 'cr3', formats: ['guest64'] }],
        },
      ],
    },
    {
      name: 'info-registers-efer',
      title: 'EFER of a vCPU (info registers)',
      opening: 'EFER=%',
      forms: [{ text: 'EFER={efer}', fields: { efer: register }, hints }],
    },
    {
      name: 'gpa2hpa',
      title: "Where a guest's page is in the host's memory",
      opening: 'Host physical address for ',
      forms: [
        {
          text: '{gpa} ({region}) is {hpa}',
          fields: { gpa, region: text, hpa },
          hints: noHints('monitor/hmp-cmds.c'),
        },
      ],
    },
    {
      name: 'gpa2hva',
      title: "Where a guest's page is in QEMU's memory",
      opening: 'Host virtual address for ',
      forms: [
        {
          text: '{gpa} ({region}) is {hva}',
          fields: { gpa, region: text, hva },
          hints: noHints('monitor/hmp-cmds.c'),
        },
      ],
    },
    {
      name: 'gva2gpa',
      opening: 'gpa: 0x%',
      title: 'The guest-physical address of a virtual one (gva2gpa)',
      forms: [{ text: 'gpa: {gpa}', fields: { gpa }, hints: noHints('monitor/hmp-cmds.c') }],
    },
    {
      name: 'register-cr3',
      title: 'A register that a debugger printed',
      opening: 'cr3 0x%',
      forms: [
        {
          text: 'cr3 {cr3}[? [ PDBR={pdbr} PCID={pcid} ]?]',
          fields: { cr3: root, pdbr: count, pcid: count },
          hints: noHints('gdb: info registers'),
          roots: [{ field: 'cr3', owner: 'guest', holds: 'cr3', formats: [] }],
        },
      ],
    },
  ],
};
