import type { Stage2Machine } from '../stage2/stage2-machine';
import type { Stage2Table } from '../stage2/stage2-table';
import { type Fold, foldEntries } from './fold-entries';
import type { RowEntry } from './machine-view';
import { addressOfTop, parseRowId, topRowId } from './row-id';

/** What a row's id stands for. */
export type Stage2Target =
  | { readonly kind: 'root' }
  /** One of the root's concatenated tables. */
  | { readonly kind: 'root-table'; readonly table: Stage2Table }
  | { readonly kind: 'unlinked'; readonly table: Stage2Table }
  | { readonly kind: 'entry'; readonly table: Stage2Table; readonly index: number }
  | { readonly kind: 'run'; readonly table: Stage2Table; readonly fold: Fold };

/** Runs of leaves as short as this are shown one by one; of other entries two share a row. */
const leastLeaves = 3;
const leastOthers = 2;
/** A run does not go on beyond so many entries, nor a table beyond so many rows. */
const mostInRun = 512;

/**
 * A stage 2's tables as the tree has them. Below a root of several tables each has a row of its own:
 * `root:0x41400000/1/2` is entry 2 of the second; else the root's entries hang below it.
 */
export class Stage2Tree {
  constructor(readonly machine: Stage2Machine) {}

  get rootId(): string {
    return topRowId('root', this.machine.setup.root);
  }

  get isConcatenated(): boolean {
    return this.machine.tables.root.length > 1;
  }

  /** What an id stands for now; undefined: nothing that is there. */
  find(id: string, foldsOf: (table: Stage2Table) => Fold[]): Stage2Target | undefined {
    const place = parseRowId(id);
    if (!place) return undefined;
    const { top, run } = place;
    let { indices } = place;
    let table: Stage2Table | undefined;
    if (top === this.rootId) {
      if (indices.length === 0) return { kind: 'root' };
      table = this.machine.tables.root[this.isConcatenated ? indices[0]! : 0];
      if (this.isConcatenated) {
        indices = indices.slice(1);
        if (indices.length === 0) return table && { kind: 'root-table', table };
      }
    } else {
      table = this.machine.tables.get(addressOfTop(top));
      if (!table || !top.startsWith('table:') || !this.isUnlinked(table)) return undefined;
      if (indices.length === 0) return { kind: 'unlinked', table };
    }
    for (const index of indices.slice(0, -1)) table = table && this.childOf(table, index);
    const index = indices.at(-1)!;
    if (!table || index >= table.entries) return undefined;
    if (!run) return { kind: 'entry', table, index };
    const holder = table;
    const fold = foldsOf(holder).find(({ first, count }) => first === index && count > 1);
    return fold && { kind: 'run', table: holder, fold };
  }

  /** The table an entry leads to, if the machine holds it. */
  childOf(table: Stage2Table, index: number): Stage2Table | undefined {
    const { tables } = this.machine;
    return index < table.entries
      ? tables.childOf(tables.entry(table, index), table.level)
      : undefined;
  }

  entryOf(table: Stage2Table, index: number): RowEntry {
    const { geometry, tables } = this.machine;
    const address = table.start + index * geometry.size(table.level);
    return {
      table: table.pa,
      index,
      level: table.level,
      gfn: geometry.frame(address),
      value: tables.entry(table, index),
    };
  }

  /** Runs of alike entries: equal invalid ones, and leaves that differ in nothing but their address. */
  folds(table: Stage2Table, single: number | null, changed?: ReadonlySet<number>): Fold[] {
    const { descriptors } = this.machine;
    const { page, level } = table;
    const isLeaf = (index: number): boolean =>
      (page.lo(index) & 1) !== 0 && (level === 3 || (page.lo(index) & 2) === 0);
    const isTable = (index: number): boolean => (page.lo(index) & 1) !== 0 && !isLeaf(index);
    const attributes = (index: number): bigint =>
      descriptors.attributeBits(this.machine.tables.entry(table, index));
    const alike = (index: number): boolean => {
      const before = index - 1;
      if (index % mostInRun === 0 || isLeaf(index) !== isLeaf(before)) return false;
      if (changed?.has(index) !== changed?.has(before)) return false;
      if (isLeaf(index)) return attributes(index) === attributes(before);
      return page.lo(index) === page.lo(before) && page.hi(index) === page.hi(before);
    };
    const folds = foldEntries(table.entries, {
      single: (index) => index === single || isTable(index),
      alike,
      least: (first) => (isLeaf(first) ? leastLeaves : leastOthers),
    });
    return folds.length <= mostInRun + 1 ? folds : evenFolds(table.entries);
  }

  /** Id of the row of a table, where it hangs now; `null`: it is none of the machine's. */
  idOfTable(table: Stage2Table): string | null {
    const way = this.#wayTo(table);
    if (way) return [this.rootId, ...way].join('/');
    return this.isUnlinked(table) ? topRowId('table', table.pa) : null;
  }

  /** Tables that hang nowhere: cut off and waiting, or still being filled. */
  isUnlinked(table: Stage2Table): boolean {
    return this.machine.tables.get(table.pa) === table && !this.#wayTo(table);
  }

  unlinked(): Stage2Table[] {
    return [...this.machine.tables.all()].filter((table) => !this.#wayTo(table));
  }

  /** Numbers below the root's row that lead to the table. */
  #wayTo(wanted: Stage2Table): number[] | undefined {
    const { geometry, tables } = this.machine;
    const number = geometry.rootPage(wanted.start);
    let table = tables.root[number];
    const way = this.isConcatenated ? [number] : [];
    while (table && table !== wanted) {
      if (table.level >= wanted.level) return undefined;
      const index = geometry.index(wanted.start, table.level);
      way.push(index);
      table = this.childOf(table, index);
    }
    return table && way;
  }
}

/** Where hardly two neighbours are alike: parts of equal length. */
function evenFolds(entries: number): Fold[] {
  return Array.from({ length: entries / mostInRun }, (_, part) => ({
    first: part * mostInRun,
    count: mostInRun,
  }));
}
