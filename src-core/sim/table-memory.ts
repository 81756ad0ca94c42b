import { highHalf, lowHalf } from '../word';
import { TablePage, type TableSource } from './table-page';

/** A table as files write it: its address and the entries that differ from the empty one. */
export interface ListedTable {
  readonly pa: number;
  readonly entries: readonly (readonly [index: number, value: bigint])[];
}

/** Table pages by byte address. */
export class TableMemory implements TableSource {
  readonly #tables = new Map<number, TablePage>();

  /** Tables from lists of entries; every entry not listed holds `absent`. */
  static fromList(tables: Iterable<ListedTable>, absent: bigint): TableMemory {
    const memory = new TableMemory();
    for (const { pa, entries } of tables) {
      const page = memory.table(pa) ?? memory.add(emptyTable(pa, absent));
      for (const [index, value] of entries) page.store(index, lowHalf(value), highHalf(value));
    }
    return memory;
  }

  table(pa: number): TablePage | undefined {
    return this.#tables.get(pa);
  }

  add(page: TablePage): TablePage {
    this.#tables.set(page.pa, page);
    return page;
  }

  remove(pa: number): void {
    this.#tables.delete(pa);
  }

  all(): Iterable<TablePage> {
    return this.#tables.values();
  }

  get size(): number {
    return this.#tables.size;
  }
}

function emptyTable(pa: number, absent: bigint): TablePage {
  const page = new TablePage(pa);
  if (absent !== 0n) page.fill(lowHalf(absent), highHalf(absent));
  return page;
}
