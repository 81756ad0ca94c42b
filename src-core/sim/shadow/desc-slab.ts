import type { MemoryCache } from './memory-cache';
import type { DescSource } from './pte-list';
import type { ShadowMachine } from './shadow-machine';

/** First address of the descriptors: apart from tables, which lie below. */
const firstAddress = 0x8000_0000_0000;

/** Descriptors of lists: taken from the cache of whoever asks, given back to the slab. */
export class DescSlab implements DescSource {
  /** Members that change; apart so that the journal can change them back. */
  readonly #state: { handedOut: number; freed: readonly number[]; from: MemoryCache | null } = {
    handedOut: 0,
    freed: [],
    from: null,
  };

  constructor(readonly machine: ShadowMachine) {}

  /** Where the next descriptors come from. */
  takeFrom(cache: MemoryCache): void {
    this.#state.from = cache;
  }

  take(): number {
    const { machine } = this;
    const state = this.#state;
    if (state.from?.take() !== true) {
      machine.warn('kvm_mmu_memory_cache_alloc: the cache is empty, allocated at once');
    }
    const reused = state.freed.at(-1);
    const bytes = machine.kind.lists.descBytes;
    const address = reused ?? firstAddress + state.handedOut * bytes;
    if (reused === undefined) machine.journal.assign(state, 'handedOut', state.handedOut + 1);
    else machine.journal.assign(state, 'freed', state.freed.slice(0, -1));
    machine.counters.add('rmap_descs', 1);
    machine.note('desc-allocated', { text: `pte_list_desc at 0x${address.toString(16)}` });
    return address;
  }

  giveBack(address: number): void {
    const { machine } = this;
    machine.journal.assign(this.#state, 'freed', [...this.#state.freed, address]);
    machine.counters.add('rmap_descs', -1);
    machine.note('desc-freed', { text: `pte_list_desc at 0x${address.toString(16)}` });
  }
}
