import type { TableNode } from '../src-core/index';
import type { TableChoice } from './table-choice';

/** A table the root reaches, and one of its entries. */
export interface EntryPlace {
  readonly table: TableNode;
  readonly index: number;
}

/** The table and index of the entry at a byte address; `undefined`: no table the root reaches. */
export function findEntry(tables: TableChoice, address: bigint): EntryPlace | undefined {
  const { compiled, tree, root } = tables;
  const at = Number(address);
  const sizes = compiled.rules.map(({ indexBits }) => 2 ** indexBits * compiled.entryBytes);
  const starts = [Number(root), ...sizes.map((size) => at - (at % size))];
  for (const start of starts) {
    const table = tree.byAddress.get(start);
    if (!table) continue;
    const offset = at - start;
    if (offset >= 0 && offset < sizes[table.level - 1]!) {
      return { table, index: Math.floor(offset / compiled.entryBytes) };
    }
  }
  return undefined;
}
