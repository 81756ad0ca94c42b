import type { Journal } from '../journal';

/** `KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE` of arm64: what a vCPU's cache is filled up to. */
export const vcpuCacheCapacity = 40;

/**
 * `struct kvm_mmu_memory_cache`: pages set aside for tables, so that none has to be found under the
 * lock. It counts them; which page a table gets is decided when it is taken.
 */
export class MemoryCache {
  objects = 0;

  constructor(readonly journal: Journal) {}

  /**
   * `__kvm_mmu_topup_memory_cache()`: filled up to the capacity where less than the minimum is left.
   * @returns how many pages were added
   */
  topUp(capacity: number, minimum: number): number {
    if (this.objects >= minimum) return 0;
    const added = capacity - this.objects;
    this.journal.assign(this, 'objects', capacity);
    return added;
  }

  /** Takes a page; false: none is left. */
  take(): boolean {
    if (this.objects === 0) return false;
    this.journal.assign(this, 'objects', this.objects - 1);
    return true;
  }
}
