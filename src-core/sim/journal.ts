import type { TablePage } from './table-page';

/** A change that knows its way back. */
export interface Change {
  undo(): void;
  redo(): void;
}

/** A point in a journal to go back to, or forward again. */
export interface JournalMark {
  readonly cells: number;
  readonly changes: number;
}

const firstCapacity = 1024;

/**
 * Everything that happens to a machine, so that it can be undone and done again. Words and counters
 * are cells of typed arrays and kept in columns; what is rare (a table more, a slot changed) is kept
 * as a pair of functions. Within one step the two kinds never touch the same thing, so each keeps its
 * own order.
 */
export class Journal {
  #arrays: Uint32Array[] = [];
  /** Rows of position, old value, new value. */
  #rows = new Uint32Array(3 * firstCapacity);
  #cells = 0;
  #changes: Change[] = [];
  #changesDone = 0;

  /** @param keeps false: changes are made but not remembered (long runs that never go back) */
  constructor(readonly keeps = true) {}

  /** Writes a cell. */
  set(array: Uint32Array, position: number, value: number): void {
    const old = array[position]!;
    if (old === value) return;
    array[position] = value;
    if (!this.keeps) return;
    const row = 3 * this.#cells;
    if (row === this.#rows.length) this.#grow();
    this.#arrays[this.#cells] = array;
    this.#rows[row] = position;
    this.#rows[row + 1] = old;
    this.#rows[row + 2] = value;
    this.#cells++;
  }

  /** Writes an entry of a table. */
  store(page: TablePage, index: number, lo: number, hi: number): void {
    this.set(page.words, 2 * index, lo);
    this.set(page.words, 2 * index + 1, hi);
  }

  /** Makes a change and remembers it. */
  make(change: Change): void {
    change.redo();
    if (!this.keeps) return;
    this.#changes[this.#changesDone++] = change;
  }

  /** Changes a member of an object. */
  assign<Target extends object, Key extends keyof Target>(
    target: Target,
    key: Key,
    value: Target[Key],
  ): void {
    const old = target[key];
    if (old === value) return;
    this.make({
      undo: () => {
        target[key] = old;
      },
      redo: () => {
        target[key] = value;
      },
    });
  }

  /** Adds something to a set. */
  addTo<Item>(set: Set<Item>, item: Item): void {
    if (set.has(item)) return;
    this.make({ undo: () => void set.delete(item), redo: () => void set.add(item) });
  }

  /** Takes something out of a set. */
  removeFrom<Item>(set: Set<Item>, item: Item): void {
    if (!set.has(item)) return;
    this.make({ undo: () => void set.add(item), redo: () => void set.delete(item) });
  }

  mark(): JournalMark {
    return { cells: this.#cells, changes: this.#changesDone };
  }

  /** Back or forward to a mark; what comes after it stays to be done again. */
  moveTo(mark: JournalMark): void {
    while (this.#cells > mark.cells) {
      this.#cells--;
      this.#write(this.#cells, 1);
    }
    while (this.#cells < mark.cells) {
      this.#write(this.#cells, 2);
      this.#cells++;
    }
    while (this.#changesDone > mark.changes) this.#changes[--this.#changesDone]!.undo();
    while (this.#changesDone < mark.changes) this.#changes[this.#changesDone++]!.redo();
  }

  #write(cell: number, column: 1 | 2): void {
    this.#arrays[cell]![this.#rows[3 * cell]!] = this.#rows[3 * cell + column]!;
  }

  #grow(): void {
    const rows = new Uint32Array(2 * this.#rows.length);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
