/**
 * What the tables of a machine should say, kept without any table entry: a tree of leaves with plain
 * rights. Nothing of the simulator is used here.
 */

export interface PlainLeaf {
  readonly kind: 'leaf';
  pfn: number;
  read: boolean;
  write: boolean;
  execute: boolean;
  /** Rights parked while the page waits for its next access. */
  parked: { execute: boolean } | null;
}

export interface PlainTable {
  readonly kind: 'table';
  readonly children: Map<number, PlainNode>;
  /** Made for executable code: no huge page in its place. */
  forCode: boolean;
  /** On the list of tables to be given up. */
  tracked: boolean;
}

export type PlainNode = PlainLeaf | PlainTable;

/** GFNs under one entry, by level. */
export const pages = [0, 1, 512, 512 ** 2, 512 ** 3, 512 ** 4];

export function newTable(): PlainTable {
  return { kind: 'table', children: new Map(), forCode: false, tracked: false };
}

export function indexAt(gfn: number, level: number): number {
  return Math.floor(gfn / pages[level]!) % 512;
}

/** A leaf with its place. */
export interface PlacedLeaf {
  readonly gfn: number;
  readonly level: number;
  readonly leaf: PlainLeaf;
}

/** Every leaf below a table, in the order of GFNs. */
export function leavesOf(table: PlainTable, level: number, base = 0): PlacedLeaf[] {
  const found: PlacedLeaf[] = [];
  for (const index of [...table.children.keys()].sort((a, b) => a - b)) {
    const node = table.children.get(index)!;
    const gfn = base + index * pages[level]!;
    if (node.kind === 'leaf') found.push({ gfn, level, leaf: node });
    else found.push(...leavesOf(node, level - 1, gfn));
  }
  return found;
}

export function countTables(table: PlainTable): number {
  let count = 1;
  for (const node of table.children.values()) if (node.kind === 'table') count += countTables(node);
  return count;
}

/** The leaf that maps a GFN. */
export function leafAt(root: PlainTable, levels: number, gfn: number): PlacedLeaf | undefined {
  let table = root;
  for (let level = levels; level >= 1; level--) {
    const node = table.children.get(indexAt(gfn, level));
    if (!node) return undefined;
    if (node.kind === 'leaf') return { gfn: gfn - (gfn % pages[level]!), level, leaf: node };
    table = node;
  }
  return undefined;
}

/** Calls back for every entry of a range with its table, larger ones first. */
export function visit(
  table: PlainTable,
  level: number,
  range: { start: number; end: number },
  each: (entry: { table: PlainTable; index: number; gfn: number; level: number }) => void,
  base = 0,
): void {
  for (const index of [...table.children.keys()]) {
    const gfn = base + index * pages[level]!;
    if (gfn >= range.end || gfn + pages[level]! <= range.start) continue;
    each({ table, index, gfn, level });
    const node = table.children.get(index);
    if (node?.kind === 'table') visit(node, level - 1, range, each, gfn);
  }
}
