import type { ShadowPage } from './shadow-page';

/** `enum kvm_tdp_mmu_root_types`, v6.14+; before, there are no mirror roots. */
interface RootTypes {
  readonly direct: boolean;
  readonly mirror: boolean;
  readonly invalid: boolean;
}

/**
 * Which roots a walker visits. What the host's memory management tells of (aging, moved pages) and the
 * end of a VM are about direct roots: a mirror's tables are written by the TDX module alone.
 * Source: tdp_mmu.[ch], v6.14 (`KVM_VALID_ROOTS`, `KVM_ALL_ROOTS`, `kvm_gfn_range_filter_to_root_types()`).
 */
const selections = {
  valid: { direct: true, mirror: true, invalid: false },
  all: { direct: true, mirror: true, invalid: true },
  direct: { direct: true, mirror: false, invalid: false },
  mirror: { direct: false, mirror: true, invalid: false },
  'direct-or-invalid': { direct: true, mirror: false, invalid: true },
} as const satisfies Readonly<Record<string, RootTypes>>;

export type RootSelection = keyof typeof selections;

/** `tdp_mmu_root_match()`. */
export function matchesRoot(
  { invalid, mirror }: Pick<ShadowPage, 'invalid' | 'mirror'>,
  which: RootSelection,
): boolean {
  const types: RootTypes = selections[which];
  if (invalid && !types.invalid) return false;
  return mirror ? types.mirror : types.direct;
}
