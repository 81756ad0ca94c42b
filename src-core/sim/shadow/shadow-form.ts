import { type KernelVersion, parseKernelVersion } from '../../kvm/kernel-version';
import { layoutForVersion } from '../../kvm/layouts';
import { roleLayoutForKernel, type RoleLayout } from '../../kvm/role-layouts';
import { type SpteMasks, spteMasks } from '../../kvm/spte-masks';
import type { CpuConfig } from '../../paging/cpu';
import type { CompiledFormat } from '../../paging/format';
import { type KernelSpan, rowOfKernel } from '../kernel-span';
import { compileGuest, guestForm, type GuestForm, type GuestFormName } from './guest-form';
import { type PteListForm, pteListFormOf } from './pte-list-form';

/** What differs in shadow paging between kernels, beside layouts and lists. */
export interface ShadowForm extends KernelSpan {
  readonly name: string;
  /** What a page's quadrant comes from. */
  readonly quadrantFrom: 'address' | 'index';
  /** A direct page says that guest entries have 8 bytes. */
  readonly directIsEightByte: boolean;
  /** Invalidating an address zaps the entry and may make it anew; or syncs it in place. */
  readonly invalidate: 'zap' | 'sync';
  /** Huge pages of nested guests are split when dirty logging begins. */
  readonly splitsNested: boolean;
  readonly source: string;
}

/** Oldest first. Where an address is invalidated in place since is told from history. */
export const shadowForms: readonly ShadowForm[] = [
  {
    name: 'v5.10',
    from: '5.10-rc1',
    quadrantFrom: 'address',
    directIsEightByte: true,
    invalidate: 'zap',
    splitsNested: false,
    source: 'kvm_mmu_get_page(), mmu.c; FNAME(invlpg), paging_tmpl.h; v5.10 – v5.16',
  },
  {
    name: 'v5.17',
    from: '5.17-rc1',
    quadrantFrom: 'address',
    directIsEightByte: false,
    invalidate: 'zap',
    splitsNested: false,
    source: 'kvm_mmu_get_page(), mmu.c, v5.19; has_4_byte_gpte since v5.17',
  },
  {
    name: 'v6.0',
    from: '6.0-rc1',
    quadrantFrom: 'index',
    directIsEightByte: false,
    invalidate: 'zap',
    splitsNested: true,
    source: 'kvm_mmu_child_role(), shadow_mmu_try_split_huge_page(), mmu.c, v6.1',
  },
  {
    name: 'v6.4',
    from: '6.4-rc1',
    quadrantFrom: 'index',
    directIsEightByte: false,
    invalidate: 'sync',
    splitsNested: true,
    source: 'kvm_mmu_child_role(), kvm_mmu_invalidate_addr(), mmu.c, v7.1',
  },
];

/** Everything about a machine that its kernel, CPU and guest decide. */
export interface ShadowKind {
  readonly version: KernelVersion;
  readonly guest: GuestForm;
  readonly guestFormat: CompiledFormat;
  readonly masks: SpteMasks;
  readonly roles: RoleLayout;
  readonly form: ShadowForm;
  readonly lists: PteListForm;
  /** Value of a fresh entry. */
  readonly initialValue: bigint;
}

/** @returns a sentence that says what cannot be */
export function shadowKind(
  kernel: string,
  guestName: GuestFormName,
  cpu: CpuConfig,
): ShadowKind | { problem: string } {
  const version = parseKernelVersion(kernel);
  if (!version) return { problem: `'${kernel}' is no kernel version` };
  const form = rowOfKernel(shadowForms, version);
  const lists = pteListFormOf(version);
  if (!form || !lists) return { problem: `shadow paging is simulated from v5.10 on` };
  const guest = guestForm(guestName);
  const { era } = layoutForVersion(version);
  return {
    version,
    guest,
    guestFormat: compileGuest(guest, cpu),
    masks: spteMasks(era, guest.shadow, cpu),
    roles: roleLayoutForKernel(version),
    form,
    lists,
    initialValue: era.initialValue,
  };
}
