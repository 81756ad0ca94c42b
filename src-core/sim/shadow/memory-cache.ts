import type { Journal } from '../journal';

/** A `kvm_mmu_memory_cache`: what it holds, and when it is filled. */
export interface CacheForm {
  readonly name: string;
  /** Size of one object in bytes; `null`: a kernel structure whose size is the build's. */
  readonly objectBytes: number | null;
  /** A top-up does nothing where so many objects are there. */
  readonly min: number;
  /** … and else fills up to so many. */
  readonly capacity: number;
  readonly source: string;
}

/** `KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE`, arch/x86/include/asm/kvm_types.h, v5.10 – v7.1. */
export const usualCapacity = 40;
/** `PT64_ROOT_MAX_LEVEL`. */
const mostLevels = 5;
/** `PTE_PREFETCH_NUM`. */
export const prefetched = 8;
const pageBytes = 4096;
/** Size of a descriptor since v5.15; the caches of splitting are younger. */
export const descBytesNow = 128;

const topUp = 'mmu_topup_memory_caches(), arch/x86/kvm/mmu/mmu.c';

/** The caches of a vCPU; a page fault fills them before it takes the lock. */
export const vcpuCacheForms = {
  desc: {
    name: 'mmu_pte_list_desc_cache',
    objectBytes: descBytesNow,
    min: 1 + mostLevels + prefetched,
    capacity: usualCapacity,
    source: topUp,
  },
  page: {
    name: 'mmu_shadow_page_cache',
    objectBytes: pageBytes,
    min: mostLevels,
    capacity: usualCapacity,
    source: topUp,
  },
  info: {
    name: 'mmu_shadowed_info_cache',
    objectBytes: pageBytes,
    min: mostLevels,
    capacity: usualCapacity,
    source: topUp,
  },
  header: {
    name: 'mmu_page_header_cache',
    objectBytes: null,
    min: mostLevels,
    capacity: usualCapacity,
    source: topUp,
  },
} as const satisfies Record<string, CacheForm>;

/**
 * `SPLIT_DESC_CACHE_MIN_NR_OBJECTS`: each of 512 new entries may need a descriptor, and the new
 * table's parent pointer one more.
 */
export const splitDescMin = 512 + 1;

export const splitCacheNames = ['before', 'after'] as const;

/** The split cache before and after the fix of June 2022, which v6.0 was released with. */
export type SplitCacheName = (typeof splitCacheNames)[number];

/** Capacity of the split cache. Source: topup_split_caches(), mmu.c; the patch series of June 2022. */
export const splitDescCapacity: Readonly<Record<SplitCacheName, number>> = {
  before: 2 * splitDescMin,
  after: splitDescMin + usualCapacity,
};

/** The caches of a VM that eager page splitting takes from. */
export function splitCacheForms(name: SplitCacheName) {
  const source = 'topup_split_caches(), arch/x86/kvm/mmu/mmu.c, v6.0';
  const single = { min: 1, capacity: usualCapacity, source };
  return {
    desc: {
      name: 'split_desc_cache',
      objectBytes: descBytesNow,
      min: splitDescMin,
      capacity: splitDescCapacity[name],
      source,
    },
    header: { name: 'split_page_header_cache', objectBytes: null, ...single },
    page: { name: 'split_shadow_page_cache', objectBytes: pageBytes, ...single },
  } as const satisfies Record<string, CacheForm>;
}

/** A cache in use. */
export class MemoryCache {
  /** Members that change; apart so that the journal can change them back. */
  readonly state = { objects: 0, fills: 0, allocated: 0 };

  constructor(
    readonly form: CacheForm,
    readonly journal: Journal,
  ) {}

  /** `need_topup()`. */
  get isShort(): boolean {
    return this.state.objects < this.form.min;
  }

  /** `__kvm_mmu_topup_memory_cache()`. @returns how many objects were allocated */
  topUp(): number {
    const { state, form, journal } = this;
    if (!this.isShort) return 0;
    const added = form.capacity - state.objects;
    journal.assign(state, 'objects', form.capacity);
    journal.assign(state, 'fills', state.fills + 1);
    journal.assign(state, 'allocated', state.allocated + added);
    return added;
  }

  /** `kvm_mmu_memory_cache_alloc()`. @returns false: it was empty, the kernel WARNs and allocates at once */
  take(): boolean {
    const { state, journal } = this;
    if (state.objects === 0) {
      journal.assign(state, 'allocated', state.allocated + 1);
      return false;
    }
    journal.assign(state, 'objects', state.objects - 1);
    return true;
  }

  /** Gives everything back. @returns how many objects were never used */
  free(): number {
    const unused = this.state.objects;
    this.journal.assign(this.state, 'objects', 0);
    return unused;
  }
}
