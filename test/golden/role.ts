import { fixturePlace, jsonFiles, sharedPlace } from './places';

/** A file of role words computed by a kernel's own union. */
export interface RoleFile {
  readonly version: string;
  readonly bits: Readonly<Record<string, { readonly low_bit: number; readonly width: number }>>;
  readonly vectors: readonly {
    readonly word: string;
    readonly fields: Readonly<Record<string, number>>;
  }[];
}

/** Child roles computed by `kvm_mmu_child_role()`, and quadrants as older kernels took them. */
export interface ChildRoleFile {
  readonly version: string;
  readonly vectors: readonly {
    readonly parent_role: string;
    readonly index: number;
    readonly direct: boolean;
    readonly access: number;
    readonly child_role: string;
    readonly child_quadrant: number;
    readonly kernel_warns: number;
    readonly expression_before: number;
    readonly expression_after: number;
  }[];
  readonly legacy_vectors: readonly {
    readonly guest_address: string;
    readonly level: number;
    readonly quadrant: number;
  }[];
}

/** The whole set beside the checkout, or the small one kept here. */
const folder = sharedPlace('golden', 'role') ?? fixturePlace('role');

/** Every file of role words, by name. */
export const goldenRoles: readonly { name: string; read: () => RoleFile }[] = jsonFiles(folder)
  .filter(({ name }) => name.startsWith('role-'))
  .map(({ name, read }) => ({ name, read: () => read() as RoleFile }));

/** The files of child roles, by name. */
export const goldenChildRoles: readonly { name: string; read: () => ChildRoleFile }[] = jsonFiles(
  folder,
)
  .filter(({ name }) => name.startsWith('child-role'))
  .map(({ name, read }) => ({ name, read: () => read() as ChildRoleFile }));
