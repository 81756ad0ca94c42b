/** How KVM marks stage-2 entries that are invalid but say something. */
export type AnnotationScheme =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'owner';
      /** Bits of the owner's number. */
      readonly high: number;
      readonly low: number;
      /** The entry is being changed (break-before-make); `null`: this kernel has no such mark. */
      readonly lockedBit: number | null;
    }
  | { readonly kind: 'typed' };

/** KVM's software bits in stage-2 entries over one span of kernels. */
export interface KvmStage2Row {
  readonly name: string;
  readonly from: string;
  /** Last release of the span; `null`: the newest known. */
  readonly last: string | null;
  readonly annotation: AnnotationScheme;
  /** pKVM's page states, by bits 56:55 of a valid leaf; `null`: there are none. */
  readonly pkvmStates: readonly string[] | null;
  /** Whether the host's and the hypervisor's own tables carry those states, or only guests'. */
  readonly pkvmStatesIn: 'all' | 'guest';
  /** Bits 56:55 of a nested guest's shadow entries hold the guest's own level. */
  readonly nestedLevel: boolean;
  readonly begins: string;
  readonly source: string;
  readonly caveat: string | null;
}

const sharedStates = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'RESERVED'] as const;

const v420: KvmStage2Row = {
  name: 's2-v4.20',
  from: '2.6',
  last: '5.12',
  annotation: { kind: 'none' },
  pkvmStates: null,
  pkvmStatesIn: 'guest',
  nestedLevel: false,
  begins: 'software bits 58:55 unused, invalid entries are 0',
  source: 'Linux 5.4 pgtable-hwdef.h',
  caveat: null,
};

const v513: KvmStage2Row = {
  ...v420,
  name: 's2-v5.13',
  from: '5.13',
  last: '5.14',
  annotation: { kind: 'owner', high: 63, low: 56, lockedBit: null },
  begins: '"KVM: arm64: Use page-table to track page ownership"',
  source:
    'hyp/pgtable.c before "KVM: arm64: Don\'t overwrite software bits with owner id" (2021-08)',
  caveat: 'span taken from the dates of the patches',
};

const v515: KvmStage2Row = {
  ...v513,
  name: 's2-v5.15',
  from: '5.15',
  last: '6.1',
  annotation: { kind: 'owner', high: 9, low: 2, lockedBit: null },
  pkvmStates: sharedStates,
  pkvmStatesIn: 'all',
  begins: '"KVM: arm64: Don\'t overwrite software bits with owner id"',
  source: 'Linux 6.1 hyp/pgtable.c, nvhe/mem_protect.h',
  caveat: null,
};

const v62: KvmStage2Row = {
  ...v515,
  name: 's2-v6.2',
  from: '6.2',
  last: '6.11',
  annotation: { kind: 'owner', high: 9, low: 2, lockedBit: 10 },
  begins: 'stage-2 faults in parallel: KVM_INVALID_PTE_LOCKED',
  source: 'Linux 6.12 kvm_pgtable.h, hyp/pgtable.c',
};

const v612: KvmStage2Row = {
  ...v62,
  name: 's2-v6.12',
  from: '6.12',
  last: '7.0',
  nestedLevel: true,
  begins: 'shadow stage 2 of nested guests: KVM_NV_GUEST_MAP_SZ',
  source: 'Linux 6.12 kvm_pgtable.h, hyp/pgtable.c, kvm_nested.h',
  caveat: 'nested levels came some time between v6.2 and v6.12',
};

const v71: KvmStage2Row = {
  ...v612,
  name: 's2-v7.1',
  from: '7.1-rc1',
  last: null,
  annotation: { kind: 'typed' },
  pkvmStates: ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE'],
  pkvmStatesIn: 'guest',
  begins: 'typed invalid entries: kvm_pgtable_stage2_annotate()',
  source: 'Linux 7.2 kvm_pgtable.h, nvhe/mem_protect.c, nvhe/memory.h',
  caveat: 'typed entries were posted in March 2026; seen in v7.2',
};

/** Oldest first. */
export const kvmStage2Rows: readonly KvmStage2Row[] = [v420, v513, v515, v62, v612, v71];

/** Who may own a page, by number. Source: Linux 6.12 and 7.2 `enum pkvm_component_id`. */
export const pkvmOwners: Readonly<Record<number, string>> = { 0: 'host', 1: 'hyp', 2: 'guest' };

/** `KVM_MAX_OWNER_ID` of the untyped form. Source: Linux 6.1, 6.12 `hyp/pgtable.c`. */
export const mostOwnerId = 1;

/** Types of bits 63:60 since v7.1. Source: Linux 7.2 `enum kvm_invalid_pte_type`. */
export const annotationTypes: Readonly<Record<number, 'locked' | 'donation' | 'poisoned'>> = {
  1: 'locked',
  2: 'donation',
  3: 'poisoned',
};
