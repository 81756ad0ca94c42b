import type { Journal } from './journal';

/** How `mmu_lock` is held: not at all, for read (shared) or for write (exclusive). */
export type LockMode = 'none' | 'shared' | 'exclusive';

/** `kvm->mmu_lock`, a reader-writer lock since v5.12 and a spinlock before. */
export class MmuLock {
  #readers = 0;
  #writer = false;

  constructor(readonly journal: Journal) {}

  get mode(): LockMode {
    return this.#writer ? 'exclusive' : this.#readers > 0 ? 'shared' : 'none';
  }

  /** Whether somebody else could take it in that mode now. */
  allows(mode: LockMode): boolean {
    if (mode === 'none') return true;
    return !this.#writer && (mode === 'shared' || this.#readers === 0);
  }

  take(mode: LockMode): void {
    this.#set(mode, 1);
  }

  release(mode: LockMode): void {
    this.#set(mode, -1);
  }

  #set(mode: LockMode, by: 1 | -1): void {
    if (mode === 'none') return;
    const move = (amount: number): void => {
      if (mode === 'exclusive') this.#writer = amount > 0;
      else this.#readers += amount;
    };
    this.journal.make({ undo: () => move(-by), redo: () => move(by) });
  }
}
