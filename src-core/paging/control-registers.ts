import type { CpuConfig } from './cpu';
import type { DecodedWord } from './decoded-word';
import type { EntryFormatName } from './entry-format';
import type { WordContext } from './word-context';
import { decodeFields, flagsOf, namesOfSetFlags } from './word-fields';

const cr0Source = 'SDM vol. 3A "Control Registers": CR0';
const cr4Source = 'SDM vol. 3A "Control Registers": CR4';
const eferSource = 'SDM vol. 4 IA32_EFER; APM vol. 2 3.1.7';
const cr0Flag = flagsOf(cr0Source);
const cr4Flag = flagsOf(cr4Source);
const eferFlag = flagsOf(eferSource);

interface Register {
  readonly title: string;
  readonly source: string;
  readonly rows: readonly ReturnType<typeof cr0Flag>[];
}

const registers = {
  cr0: {
    title: 'CR0',
    source: cr0Source,
    rows: [
      cr0Flag('PG', 31, 'paging is on', 'paging is off'),
      cr0Flag('CD', 30, 'caches are disabled'),
      cr0Flag('NW', 29, 'no write-through'),
      cr0Flag('AM', 18, 'alignment checks are possible'),
      cr0Flag('WP', 16, 'supervisor writes need W', 'supervisor writes ignore W'),
      cr0Flag('NE', 5, 'native x87 errors'),
      cr0Flag('ET', 4, 'extension type (always 1)'),
      cr0Flag('TS', 3, 'task switched'),
      cr0Flag('EM', 2, 'x87 is emulated'),
      cr0Flag('MP', 1, 'WAIT honours TS'),
      cr0Flag('PE', 0, 'protected mode', 'real mode'),
    ],
  },
  cr4: {
    title: 'CR4',
    source: cr4Source,
    rows: [
      cr4Flag('FRED', 32, 'FRED event delivery'),
      cr4Flag('LAM_SUP', 28, 'supervisor addresses are masked'),
      cr4Flag('LASS', 27, 'linear-address-space separation'),
      cr4Flag('UINTR', 25, 'user interrupts'),
      cr4Flag('PKS', 24, 'protection keys for supervisor pages'),
      cr4Flag('CET', 23, 'control-flow enforcement'),
      cr4Flag('PKE', 22, 'protection keys for user pages'),
      cr4Flag('SMAP', 21, 'supervisor may not touch user pages (unless EFLAGS.AC)'),
      cr4Flag('SMEP', 20, 'supervisor may not execute user pages'),
      cr4Flag('KL', 19, 'key locker'),
      cr4Flag('OSXSAVE', 18, 'XSAVE'),
      cr4Flag('PCIDE', 17, 'CR3 holds a PCID'),
      cr4Flag('FSGSBASE', 16, 'RDFSBASE and friends'),
      cr4Flag('SMXE', 14, 'SMX'),
      cr4Flag('VMXE', 13, 'VMX'),
      cr4Flag('LA57', 12, '5-level paging', 'at most 4 levels'),
      cr4Flag('UMIP', 11, 'user-mode instruction prevention'),
      cr4Flag('OSXMMEXCPT', 10, 'SIMD exceptions'),
      cr4Flag('OSFXSR', 9, 'FXSAVE'),
      cr4Flag('PCE', 8, 'RDPMC in user mode'),
      cr4Flag('PGE', 7, 'global pages'),
      cr4Flag('MCE', 6, 'machine checks'),
      cr4Flag('PAE', 5, '8-byte entries', '4-byte entries (without long mode)'),
      cr4Flag('PSE', 4, '4 MiB pages in 32-bit paging'),
      cr4Flag('DE', 3, 'debugging extensions'),
      cr4Flag('TSD', 2, 'RDTSC is privileged'),
      cr4Flag('PVI', 1, 'protected-mode virtual interrupts'),
      cr4Flag('VME', 0, 'virtual-8086 extensions'),
    ],
  },
  efer: {
    title: 'EFER',
    source: eferSource,
    rows: [
      eferFlag('AIBRSE', 21, 'automatic IBRS'),
      eferFlag('UAIE', 20, 'upper address ignore'),
      eferFlag('INTWB', 18, 'interruptible WBINVD'),
      eferFlag('MCOMMIT', 17, 'MCOMMIT'),
      eferFlag('TCE', 15, 'translation cache extension'),
      eferFlag('FFXSR', 14, 'fast FXSAVE'),
      eferFlag('LMSLE', 13, 'long-mode segment limits'),
      eferFlag('SVME', 12, 'SVM'),
      eferFlag('NXE', 11, 'bit 63 of entries is no-execute', 'bit 63 of entries is reserved'),
      eferFlag('LMA', 10, 'long mode is active', 'not in long mode'),
      eferFlag('LME', 8, 'long mode is enabled'),
      eferFlag('SCE', 0, 'SYSCALL'),
    ],
  },
} satisfies Record<string, Register>;

/** A control register or EFER: its bits, and by name those that are set. */
export function decodeControlRegister(name: keyof typeof registers, value: bigint): DecodedWord {
  const { title, source, rows } = registers[name];
  const fields = decodeFields(value, 63, rows, { role: 'reserved', source });
  const names = namesOfSetFlags(fields).reverse();
  return {
    value,
    name,
    title,
    summary: names.join(' ') || 'no bit set',
    fields,
    facts: { flags: names },
    findings: [],
  };
}

/** Values of the registers that decide how a CPU walks its tables. */
export interface PagingRegisters {
  readonly cr0: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
}

/** How a CPU with these registers walks; `null` where paging is off. */
export interface PagingMode {
  readonly paging: NonNullable<WordContext['paging']>;
  readonly format: EntryFormatName;
  readonly levels: number;
  /** Facts for formats: NXE, PSE. */
  readonly cpu: CpuConfig;
  /** Rights that the registers decide: names as in an access check. */
  readonly rights: {
    readonly cr0Wp: boolean;
    readonly smep: boolean;
    readonly smap: boolean;
    readonly pke: boolean;
    readonly pks: boolean;
  };
}

/** The paging mode of CR0, CR4 and EFER. Source: SDM vol. 3A "Four Paging Modes". */
export function pagingMode({ cr0, cr4, efer }: PagingRegisters): PagingMode | null {
  const bit = (value: bigint, number: number): boolean => ((value >> BigInt(number)) & 1n) === 1n;
  if (!bit(cr0, 31)) return null;
  const rights = {
    cr0Wp: bit(cr0, 16),
    smep: bit(cr4, 20),
    smap: bit(cr4, 21),
    pke: bit(cr4, 22),
    pks: bit(cr4, 24),
  };
  const pae = bit(cr4, 5);
  if (!pae) {
    const cpu = { pse: bit(cr4, 4), nx: false };
    return { paging: '32-bit', format: 'guest32', levels: 2, cpu, rights };
  }
  const cpu = { nx: bit(efer, 11) };
  if (!bit(efer, 10)) return { paging: 'pae', format: 'guest-pae', levels: 3, cpu, rights };
  return bit(cr4, 12)
    ? { paging: '5-level', format: 'guest64', levels: 5, cpu, rights }
    : { paging: '4-level', format: 'guest64', levels: 4, cpu, rights };
}
