import type { HardwareFormatName } from './format';

/**
 * What a person, a setting or the command line names: a hardware format, and whether KVM's software
 * bits live in it. Names are the command line's contract.
 */
export type EntryFormatName =
  | 'ept'
  | 'ept-noad'
  | 'npt64'
  | 'shadow64'
  | 'pae'
  | 'guest64'
  | 'guest-pae'
  | 'guest32'
  | 'arm64-s2'
  | 'arm64-s1';

export interface EntryFormat {
  readonly name: EntryFormatName;
  readonly title: string;
  readonly hardware: HardwareFormatName;
  /** KVM writes these entries: its software bits mean something. */
  readonly kvm: boolean;
  /** What the input address is called: GPA, GVA, VA, IPA. */
  readonly input: string;
  readonly aliases: readonly string[];
}

export const entryFormats: readonly EntryFormat[] = [
  { name: 'ept', title: 'EPT', hardware: 'ept', kvm: true, input: 'GPA', aliases: ['ept-ad'] },
  {
    name: 'ept-noad',
    title: 'EPT without A/D bits',
    hardware: 'ept',
    kvm: true,
    input: 'GPA',
    aliases: [],
  },
  { name: 'npt64', title: 'NPT', hardware: 'npt', kvm: true, input: 'GPA', aliases: ['npt'] },
  {
    name: 'shadow64',
    title: '64-bit shadow',
    hardware: 'x86-64',
    kvm: true,
    input: 'GVA',
    aliases: [],
  },
  {
    name: 'pae',
    title: 'PAE shadow',
    hardware: 'pae',
    kvm: true,
    input: 'GVA',
    aliases: ['shadow-pae'],
  },
  {
    name: 'guest64',
    title: 'x86-64',
    hardware: 'x86-64',
    kvm: false,
    input: 'VA',
    aliases: ['x86-64', 'host64'],
  },
  { name: 'guest-pae', title: 'PAE', hardware: 'pae', kvm: false, input: 'VA', aliases: [] },
  {
    name: 'guest32',
    title: '32-bit',
    hardware: 'x86-32',
    kvm: false,
    input: 'VA',
    aliases: ['x86-32'],
  },
  {
    name: 'arm64-s2',
    title: 'arm64 stage 2',
    hardware: 'arm64-stage2',
    kvm: true,
    input: 'IPA',
    aliases: ['arm64-stage2'],
  },
  {
    name: 'arm64-s1',
    title: 'arm64 stage 1',
    hardware: 'arm64-stage1',
    kvm: false,
    input: 'VA',
    aliases: ['arm64-stage1'],
  },
];

/** The entry format of that name or alias, in any case of letters. */
export function findEntryFormat(name: string): EntryFormat | undefined {
  const wanted = name.toLowerCase();
  return entryFormats.find((format) => format.name === wanted || format.aliases.includes(wanted));
}
