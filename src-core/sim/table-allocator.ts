import type { Journal } from './journal';

/** Where tables come from. */
export interface AllocatorSetup {
  /** Addresses in the order they are handed out; afterwards those from `first` on. */
  readonly addresses: readonly number[];
  /** First address of the run that follows. */
  readonly first: number;
  /** How many tables there may be at once; more: -ENOMEM. */
  readonly limit: number;
  /** Size of a table; left out: 4 KiB. */
  readonly pageBytes?: number;
}

/** Hands out the addresses of tables: stated ones first, freed ones again before new ones. */
export class TableAllocator {
  #used = 0;
  #handedOut = 0;
  readonly #freed: number[] = [];

  constructor(
    readonly setup: AllocatorSetup,
    readonly journal: Journal,
    /** Addresses that are taken already: tables a machine was loaded with. */
    readonly taken: ReadonlySet<number> = new Set(),
  ) {
    this.#used = taken.size;
  }

  /** The address of a new table; undefined: none left. */
  take(): number | undefined {
    if (this.#used >= this.setup.limit) return undefined;
    const reused = this.#freed.at(-1);
    if (reused === undefined) return this.#takeNew();
    this.journal.make({
      undo: () => {
        this.#freed.push(reused);
        this.#used--;
      },
      redo: () => {
        this.#freed.pop();
        this.#used++;
      },
    });
    return reused;
  }

  /** The number of addresses handed out since the start only ever grows: it says which is next. */
  #takeNew(): number {
    const handedOut = this.#handedOut;
    let next = handedOut;
    while (this.taken.has(this.#addressOf(next))) next++;
    this.journal.make({
      undo: () => {
        this.#handedOut = handedOut;
        this.#used--;
      },
      redo: () => {
        this.#handedOut = next + 1;
        this.#used++;
      },
    });
    return this.#addressOf(next);
  }

  #addressOf(number: number): number {
    const { addresses, first, pageBytes = 4096 } = this.setup;
    return addresses[number] ?? first + pageBytes * (number - addresses.length);
  }

  /** Gives an address back: it is the next to be handed out. */
  giveBack(pa: number): void {
    this.journal.make({
      undo: () => {
        this.#freed.pop();
        this.#used++;
      },
      redo: () => {
        this.#freed.push(pa);
        this.#used--;
      },
    });
  }
}
