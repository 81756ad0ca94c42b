import type { KvmFormatName } from '../../kvm/spte-masks';
import type { CpuConfig } from '../../paging/cpu';
import type { CompiledFormat, HardwareFormatName } from '../../paging/format';
import { hardwareFormat } from '../../paging/registry';

/** How a guest pages, and what KVM makes of it. */
export interface GuestForm {
  readonly name: GuestFormName;
  readonly title: string;
  /** Format of the guest's own tables. */
  readonly hardware: HardwareFormatName;
  readonly levels: number;
  /** Format of the shadow tables. */
  readonly shadow: KvmFormatName;
  /** Level of the shadow root: below it the tables have 512 entries of 8 bytes each. */
  readonly shadowRootLevel: 3 | 4;
  readonly fourByteEntries: boolean;
  /** The guest is a hypervisor, its tables are its guest's nested ones: `role.guest_mode`. */
  readonly nested: boolean;
}

export const guestFormNames = ['32', 'pae', '64', 'nested-npt'] as const;

export type GuestFormName = (typeof guestFormNames)[number];

/** Source: `shadow_mmu_init_context()`, `kvm_init_shadow_npt_mmu()`, mmu.c; facts of which format a VM uses. */
const forms: Readonly<Record<GuestFormName, GuestForm>> = {
  '32': {
    name: '32',
    title: '32-bit guest: two levels, 4-byte entries',
    hardware: 'x86-32',
    levels: 2,
    shadow: 'pae',
    shadowRootLevel: 3,
    fourByteEntries: true,
    nested: false,
  },
  pae: {
    name: 'pae',
    title: 'PAE guest: three levels',
    hardware: 'pae',
    levels: 3,
    shadow: 'pae',
    shadowRootLevel: 3,
    fourByteEntries: false,
    nested: false,
  },
  '64': {
    name: '64',
    title: '64-bit guest: four levels',
    hardware: 'x86-64',
    levels: 4,
    shadow: 'shadow64',
    shadowRootLevel: 4,
    fourByteEntries: false,
    nested: false,
  },
  'nested-npt': {
    name: 'nested-npt',
    title: 'nested hypervisor: its NPT for a guest of its own',
    hardware: 'npt',
    levels: 4,
    shadow: 'npt64',
    shadowRootLevel: 4,
    fourByteEntries: false,
    nested: true,
  },
};

export function guestForm(name: GuestFormName): GuestForm {
  return forms[name];
}

/** The guest's own tables, ready to be walked. */
export function compileGuest(form: GuestForm, cpu: CpuConfig): CompiledFormat {
  return hardwareFormat(form.hardware).compile({ levels: form.levels, cpu });
}

/** Width of a guest virtual address in these tables. */
export function addressBits(form: GuestForm): number {
  return form.shadowRootLevel === 4 ? 48 : 32;
}

/** Addresses of such a guest are canonical: their upper bits repeat bit 47. */
export function isCanonical(form: GuestForm): boolean {
  return form.hardware === 'x86-64';
}

/** A guest virtual address as the guest writes it; kept are its low bits only. */
export function gvaText(form: GuestForm, gva: number): string {
  const upper = isCanonical(form) && gva >= 2 ** 47 ? 0xffffn << 48n : 0n;
  return `0x${(BigInt(gva) | upper).toString(16)}`;
}
