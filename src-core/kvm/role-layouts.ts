import type { KernelVersion } from './kernel-version';

/** One named run of bits of a role word. */
export interface RoleField {
  readonly name: string;
  readonly low: number;
  readonly width: number;
}

/** One bit of a role's access: its letter in traces, and the right. */
export interface AccessBit {
  readonly letter: string;
  readonly bit: number;
  readonly right: string;
}

/** `union kvm_mmu_page_role` in one span of kernels. */
export interface RoleLayout {
  readonly name: string;
  /** The first kernel with this layout, its release candidates included. */
  readonly since: readonly [major: number, minor: number];
  readonly fields: readonly RoleField[];
  /** Bits of `access` in the order in which traces print them. */
  readonly access: readonly AccessBit[];
  /** Bit 4 set means: the guest's entries have 4 (or 8) bytes. */
  readonly guestEntryBytesWhenSet: 4 | 8;
  /** Bits 31:0 of `kvm_mmu_extended_role`, above the role in a `kvm_cpu_role`; where they are known. */
  readonly extended: readonly string[];
  /** How `KVM_MMU_PAGE_PRINTK` writes level and guest entry size. */
  readonly printed: 'pae' | 'l-pae' | 'l-bytes';
  readonly source: string;
}

const bits = (name: string, low: number, width: number): RoleField => ({ name, low, width });
const bit = (name: string, low: number): RoleField => bits(name, low, 1);

/** Bits 15:0 up to v7.1: only two of them changed their names. */
const lowBits = (bit4: string, bit12: string): readonly RoleField[] => [
  bits('level', 0, 4),
  bit(bit4, 4),
  bits('quadrant', 5, 2),
  bit('direct', 7),
  bits('access', 8, 3),
  bit('invalid', 11),
  bit(bit12, 12),
  bit('cr0_wp', 13),
  bit('smep_andnot_wp', 14),
  bit('smap_andnot_wp', 15),
];
const smm = bits('smm', 24, 8);
const adAndGuestMode = [bit('ad_disabled', 16), bit('guest_mode', 17)];
const passthrough = bit('passthrough', 18);
const isMirror = bit('is_mirror', 19);

const write = { letter: 'w', bit: 1, right: 'write' };
const user = { letter: 'u', bit: 2, right: 'user' };
const writeUserExecute = {
  access: [write, user, { letter: 'x', bit: 0, right: 'execute' }],
} as const;
const extendedSince71 = [
  'valid',
  'execonly',
  'cr4_pse',
  'cr4_pke',
  'cr4_smap',
  'cr4_smep',
  'cr4_la57',
  'efer_lma',
] as const;
const header = (versions: string): string => `kvm_host.h union kvm_mmu_page_role, ${versions}`;

/** Every layout, oldest first. A new one is a row here. */
export const roleLayouts: readonly RoleLayout[] = [
  {
    name: 'v4.4',
    since: [0, 0],
    fields: [...lowBits('cr4_pae', 'nxe'), smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 8,
    extended: [],
    printed: 'pae',
    source: header('v4.4–v4.12'),
  },
  {
    name: 'v4.13',
    since: [4, 13],
    fields: [...lowBits('cr4_pae', 'nxe'), ...adAndGuestMode, smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 8,
    extended: [],
    printed: 'l-pae',
    source: header('v4.13–v5.0'),
  },
  {
    name: 'v5.1',
    since: [5, 1],
    fields: [...lowBits('gpte_is_8_bytes', 'nxe'), ...adAndGuestMode, smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 8,
    extended: [],
    printed: 'l-bytes',
    source: header('v5.1–v5.13'),
  },
  {
    name: 'v5.14',
    since: [5, 14],
    fields: [...lowBits('gpte_is_8_bytes', 'efer_nx'), ...adAndGuestMode, smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 8,
    extended: [],
    printed: 'l-bytes',
    source: header('v5.14–v5.16'),
  },
  {
    name: 'v5.17',
    since: [5, 17],
    fields: [...lowBits('has_4_byte_gpte', 'efer_nx'), ...adAndGuestMode, smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 4,
    extended: [],
    printed: 'l-bytes',
    source: header('v5.17'),
  },
  {
    name: 'v5.18',
    since: [5, 18],
    fields: [...lowBits('has_4_byte_gpte', 'efer_nx'), ...adAndGuestMode, passthrough, smm],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 4,
    extended: [],
    printed: 'l-bytes',
    source: header('v5.18 or v5.19–v6.13'),
  },
  {
    name: 'v6.14',
    since: [6, 14],
    fields: [
      ...lowBits('has_4_byte_gpte', 'efer_nx'),
      ...adAndGuestMode,
      passthrough,
      isMirror,
      smm,
    ],
    ...writeUserExecute,
    guestEntryBytesWhenSet: 4,
    extended: extendedSince71,
    printed: 'l-bytes',
    source: header('v6.14–v7.1'),
  },
  {
    name: 'v7.2-mbec',
    since: [7, 2],
    fields: [
      bits('level', 0, 4),
      bit('has_4_byte_gpte', 4),
      bits('quadrant', 5, 2),
      bit('direct', 7),
      bits('access', 8, 4),
      bit('invalid', 12),
      bit('efer_nx', 13),
      bit('cr0_wp', 14),
      bit('smap_andnot_wp', 15),
      ...adAndGuestMode,
      passthrough,
      isMirror,
      bit('cr4_smep', 20),
      smm,
    ],
    access: [
      { letter: 'r', bit: 0, right: 'read' },
      write,
      user,
      { letter: 'x', bit: 3, right: 'execute' },
    ],
    guestEntryBytesWhenSet: 4,
    extended: [...extendedSince71.filter((name) => name !== 'cr4_smep'), 'has_pferr_fetch'],
    printed: 'l-bytes',
    source: header('v7.2'),
  },
];

/** The layout taken where no kernel is named. */
export const assumedRoleLayout = roleLayouts.find((layout) => layout.name === 'v6.14')!;

/** The layout of a kernel. */
export function roleLayoutForKernel(version: KernelVersion): RoleLayout {
  return roleLayouts.findLast(
    ({ since: [major, minor] }) =>
      major < version.major || (major === version.major && minor <= version.minor),
  )!;
}
