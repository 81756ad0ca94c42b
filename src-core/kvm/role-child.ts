import { encodeRole, guestEntryBytes, roleFields } from './role';
import type { RoleLayout } from './role-layouts';
import { quadrantOfIndex } from './role-quadrant';

/** A child page's role, and what the kernel would warn about. */
export interface ChildRole {
  readonly word: bigint;
  readonly quadrant: number;
  readonly warnings: readonly string[];
}

/**
 * The role of the page below entry `index` of a page with role `parent`, since v6.0
 * (`kvm_mmu_child_role`): one level down, `direct` and `access` as given, never passed through;
 * with 4-byte guest entries a quadrant from the index.
 */
export function childRole(
  parent: bigint,
  index: number,
  direct: boolean,
  access: number,
  layout: RoleLayout,
): ChildRole | { readonly problem: string } {
  const before = roleFields(parent, layout);
  const level = (before['level'] ?? 0) - 1;
  if (level < 1) return { problem: `a page of level ${level + 1} has no child tables` };
  const fourByte = guestEntryBytes(before, layout) === 4;
  const quadrant = fourByte ? quadrantOfIndex(index) : (before['quadrant'] ?? 0);
  const word = encodeRole(
    {
      ...before,
      level,
      access,
      direct: direct ? 1 : 0,
      quadrant,
      ...('passthrough' in before ? { passthrough: 0 } : {}),
    },
    layout,
  );
  if (typeof word !== 'bigint') return word;
  const warnings =
    fourByte && level !== 1
      ? ['WARN_ON_ONCE(role.level != PG_LEVEL_4K) in kvm_mmu_child_role']
      : [];
  return { word, quadrant, warnings };
}
