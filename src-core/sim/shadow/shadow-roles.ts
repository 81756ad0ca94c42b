import { encodeRole, roleFields, type RoleFields } from '../../kvm/role';
import { childRole } from '../../kvm/role-child';
import { quadrantOfAddress } from '../../kvm/role-quadrant';
import type { MmuPagePlace } from './mmu-pages';
import type { ShadowKind } from './shadow-form';

/** What of the guest's registers is in the role. */
export interface GuestRegisters {
  /** CR0.WP: the supervisor respects read-only pages. */
  readonly cr0Wp: boolean;
}

/** All rights: execute, write, user (and read, where kernels tell it apart). */
function allRights(kind: ShadowKind): number {
  return kind.roles.access.reduce((all, { bit }) => all | (1 << bit), 0);
}

/** Rights as roles of this kernel hold them: since v7.2 reading is one of them. */
function accessInRole(kind: ShadowKind, access: number): number {
  if (kind.roles.access.length === 3) return access;
  const execute = access & 1 ? 8 : 0;
  return (access & 6) | execute | 1;
}

/** Rights of a role as the rest of the machine names them: 1 execute, 2 write, 4 user. */
function accessFromRole(kind: ShadowKind, access: number): number {
  if (kind.roles.access.length === 3) return access;
  return (access & 6) | (access & 8 ? 1 : 0);
}

/** The member that tells the size of the guest's entries, for a page of such a guest. */
function entrySize(kind: ShadowKind, fourByte: boolean): RoleFields {
  const name = ['cr4_pae', 'gpte_is_8_bytes', 'has_4_byte_gpte'].find((candidate) =>
    kind.roles.fields.some((field) => field.name === candidate),
  )!;
  return { [name]: fourByte === (kind.roles.guestEntryBytesWhenSet === 4) ? 1 : 0 };
}

/**
 * `root_role` of the vCPU: all rights; KVM's own NX is always on; the level of the shadow tables.
 * Source: `shadow_mmu_init_context()`, `kvm_calc_shadow_mmu_root_page_role()`, mmu.c.
 */
export function vcpuRole(kind: ShadowKind, { cr0Wp }: GuestRegisters): bigint {
  const { guest, roles } = kind;
  const noExecute = roles.fields.some(({ name }) => name === 'nxe') ? 'nxe' : 'efer_nx';
  return mustEncode(kind, {
    level: guest.shadowRootLevel,
    ...entrySize(kind, guest.fourByteEntries),
    access: allRights(kind),
    [noExecute]: 1,
    cr0_wp: cr0Wp ? 1 : 0,
    guest_mode: guest.nested ? 1 : 0,
  });
}

/**
 * Role of a root page: `mmu_alloc_root()`. Under a PAE root there are four, of level 2; those of a
 * guest with 4-byte entries each shadow a quarter of its directory.
 */
export function rootRole(kind: ShadowKind, vcpu: bigint, number: number): bigint {
  const { guest } = kind;
  const level = guest.shadowRootLevel === 3 ? 2 : guest.shadowRootLevel;
  return withMembers(kind, vcpu, {
    level,
    quadrant: guest.fourByteEntries ? number : 0,
  });
}

export interface ChildWanted {
  /** Index of the entry that will point to the page, and the level of the table it stands in. */
  readonly index: number;
  readonly level: number;
  readonly gva: number;
  readonly direct: boolean;
  /** 1 execute, 2 write, 4 user. */
  readonly access: number;
}

/** Role of the page below an entry: by the address until v5.19, by the entry's index since v6.0. */
export function roleOfChild(kind: ShadowKind, parent: bigint, wanted: ChildWanted): bigint {
  const { direct, index, gva } = wanted;
  const access = accessInRole(kind, wanted.access);
  if (kind.form.quadrantFrom === 'index') {
    const child = childRole(parent, index, direct, access, kind.roles);
    if ('problem' in child) throw new Error(child.problem);
    return child.word;
  }
  const level = wanted.level - 1;
  return withMembers(kind, parent, {
    level,
    access,
    direct: direct ? 1 : 0,
    quadrant: kind.guest.fourByteEntries ? quadrantOfAddress(BigInt(gva), level) : 0,
    ...entrySize(kind, kind.guest.fourByteEntries && !(direct && kind.form.directIsEightByte)),
  });
}

/** A role with some members changed. */
function withMembers(kind: ShadowKind, role: bigint, members: RoleFields): bigint {
  return Object.entries(members).reduce((word, [name, value]) => {
    const { low, width } = kind.roles.fields.find((field) => field.name === name)!;
    const mask = ((1n << BigInt(width)) - 1n) << BigInt(low);
    return (word & ~mask) | (BigInt(value) << BigInt(low));
  }, role);
}

function mustEncode(kind: ShadowKind, members: RoleFields): bigint {
  const word = encodeRole(members, kind.roles);
  if (typeof word !== 'bigint') throw new Error(word.problem);
  return word;
}

/** What a role word says of a page; rights as the rest of the machine names them. */
export function roleMembers(kind: ShadowKind, role: bigint): Omit<MmuPagePlace, 'gfn'> {
  const fields = roleFields(role, kind.roles);
  return {
    role,
    level: fields['level']!,
    direct: fields['direct'] === 1,
    quadrant: fields['quadrant']!,
    access: accessFromRole(kind, fields['access']!),
  };
}
