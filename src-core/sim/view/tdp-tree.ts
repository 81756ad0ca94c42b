import { isLast, isShadowPresent } from '../../kvm/spte';
import type { Machine } from '../machine';
import type { ShadowPage } from '../shadow-page';
import { childTablePa } from '../tdp-iter-rule';
import { entriesPerTable, entryIndex, pagesAtLevel, type TablePage } from '../table-page';
import { type Fold, foldEntries } from './fold-entries';
import type { RowEntry } from './machine-view';
import { addressOfTop, parseRowId, type RowPlace, topRowId } from './row-id';

/** A table where the tree shows it; its level and first GFN follow from the way to it. */
export interface TablePlace {
  readonly table: TablePage;
  readonly level: number;
  readonly gfn: number;
  readonly asId: number;
}

/** What a row's id stands for. */
export type RowTarget =
  | { readonly kind: 'root'; readonly page: ShadowPage }
  | { readonly kind: 'unlinked'; readonly page: ShadowPage }
  | { readonly kind: 'entry'; readonly holder: TablePlace; readonly index: number }
  | { readonly kind: 'run'; readonly holder: TablePlace; readonly fold: Fold };

export const unlinkedGroup = 'group:unlinked';

/** Runs of leaves as short as this are shown one by one; of empty entries two share a row. */
const leastLeaves = 3;
const leastOthers = 2;

/** A machine's tables as the tree has them: ids to tables and entries, and back. */
export class TdpTree {
  constructor(readonly machine: Machine) {}

  /** What an id stands for now; undefined: nothing that is there. */
  find(id: string, foldsOf: (holder: TablePlace) => Fold[]): RowTarget | undefined {
    const place = parseRowId(id);
    const top = place && this.#topOf(place);
    if (!top) return undefined;
    if (place.indices.length === 0) return top;
    const holder = this.#holderOf(top.page, place.indices);
    if (!holder) return undefined;
    const index = place.indices.at(-1)!;
    if (!place.run) return { kind: 'entry', holder, index };
    const fold = foldsOf(holder).find(({ first, count }) => first === index && count > 1);
    return fold && { kind: 'run', holder, fold };
  }

  /** The table a row opens to; undefined: it opens to none. */
  tableBelow(target: RowTarget): TablePlace | undefined {
    if (target.kind === 'root' || target.kind === 'unlinked') return placeOf(target.page);
    return target.kind === 'entry' ? this.childOf(target.holder, target.index) : undefined;
  }

  /** The table an entry points to, if the machine holds it. */
  childOf(holder: TablePlace, index: number): TablePlace | undefined {
    const { level, table, asId } = holder;
    if (level <= 1) return undefined;
    const child = this.machine.childOf(table.entry(index), level);
    return child && { table: child.table, level: level - 1, gfn: this.#gfnOf(holder, index), asId };
  }

  /** Address of a table that an entry points to and that the machine does not hold. */
  missingChild({ table, level }: TablePlace, index: number): number | null {
    const { masks, iterRule } = this.machine.kind;
    const spte = table.entry(index);
    if (level <= 1 || !isShadowPresent(masks, spte) || isLast(spte, level)) return null;
    const pa = childTablePa(table.lo(index), table.hi(index), iterRule.addressHi);
    return this.machine.pages.get(pa) ? null : pa;
  }

  entryOf({ table, level, ...rest }: TablePlace, index: number): RowEntry {
    const gfn = this.#gfnOf({ table, level, ...rest }, index);
    return { table: table.pa, index, level, gfn, value: table.entry(index) };
  }

  /** Runs of alike entries: empty ones, and leaves that differ in nothing but their frame. */
  folds(
    { table, level }: TablePlace,
    single: number | null,
    changed: ReadonlySet<number> | undefined,
  ): Fold[] {
    const { iterRule } = this.machine.kind;
    const { addressHi } = iterRule;
    const isPresent = (index: number): boolean =>
      iterRule.isPresent(table.lo(index), table.hi(index));
    const isLeaf = (index: number): boolean =>
      isPresent(index) && (level === 1 || (table.lo(index) & 0x80) !== 0);
    const sameBut = (index: number, lo: number, hi: number): boolean =>
      ((table.lo(index) ^ table.lo(index - 1)) & lo) === 0 &&
      ((table.hi(index) ^ table.hi(index - 1)) & hi) === 0;
    return foldEntries(entriesPerTable, {
      single: (index) => index === single || (isPresent(index) && !isLeaf(index)),
      alike: (index) =>
        changed?.has(index) === changed?.has(index - 1) &&
        isLeaf(index) === isLeaf(index - 1) &&
        (isLeaf(index) ? sameBut(index, 0xfff, ~addressHi) : sameBut(index, ~0, ~0)),
      least: (first) => (isLeaf(first) ? leastLeaves : leastOthers),
    });
  }

  /** Id of the row of a table that hangs in a tree, or by itself; `null`: it is none of the machine's. */
  idOfTable(page: ShadowPage): string | null {
    for (const root of this.#rootsFor(page)) {
      const indices = this.#wayTo(root, page);
      if (indices) return [topRowId('root', root.table.pa), ...indices].join('/');
    }
    return this.isUnlinked(page) ? topRowId('table', page.table.pa) : null;
  }

  /** Id of the entry that a GFN's walk comes to, not below a level; the first root of those that are there. */
  idOfGfn(gfn: number, asId: number | null, level: number): string | null {
    const [root] = this.machine.rootsOf(asId, 'all');
    if (!root) return null;
    const ids = [topRowId('root', root.table.pa)];
    for (let holder: TablePlace | undefined = placeOf(root); holder;) {
      const index = entryIndex(gfn + this.machine.gfnBitsOf(root), holder.level);
      ids.push(String(index));
      holder = holder.level > level ? this.childOf(holder, index) : undefined;
    }
    return ids.join('/');
  }

  /** Tables that are in use no more, or not yet: those that wait for their readers. */
  isUnlinked(page: ShadowPage): boolean {
    const { machine } = this;
    if (machine.pages.get(page.table.pa) !== page || machine.roots.has(page)) return false;
    return (
      machine.pages.isQueued(page) || !this.#rootsFor(page).some((root) => this.#wayTo(root, page))
    );
  }

  #rootsFor({ asId }: ShadowPage): ShadowPage[] {
    return this.machine.rootsOf(asId, 'all');
  }

  /** First GFN of an entry; TDX's bit for shared memory is part of the index, not of the GFN. */
  #gfnOf({ gfn, level }: TablePlace, index: number): number {
    return (gfn + index * pagesAtLevel[level]!) % this.machine.endGfn;
  }

  /** Indices from a root down to a table that stands where it says it does. */
  #wayTo(root: ShadowPage, page: ShadowPage): number[] | undefined {
    const indices: number[] = [];
    let holder: TablePlace | undefined = placeOf(root);
    while (holder && holder.table !== page.table) {
      const index = entryIndex(page.gfn + this.machine.gfnBitsOf(root), holder.level);
      indices.push(index);
      holder = holder.level > page.level ? this.childOf(holder, index) : undefined;
    }
    return holder && indices;
  }

  #topOf({ top }: RowPlace): Extract<RowTarget, { page: ShadowPage }> | undefined {
    const page = this.machine.pages.get(addressOfTop(top));
    if (!page) return undefined;
    if (top.startsWith('root:')) {
      return this.machine.roots.has(page) ? { kind: 'root', page } : undefined;
    }
    return top.startsWith('table:') && this.isUnlinked(page)
      ? { kind: 'unlinked', page }
      : undefined;
  }

  /** The table whose entry the last index is. */
  #holderOf(page: ShadowPage, indices: readonly number[]): TablePlace | undefined {
    let holder: TablePlace | undefined = placeOf(page);
    for (const index of indices.slice(0, -1)) {
      if (!holder || index >= entriesPerTable) return undefined;
      holder = this.childOf(holder, index);
    }
    return indices.at(-1)! < entriesPerTable ? holder : undefined;
  }
}

export function placeOf({ table, level, gfn, asId }: ShadowPage): TablePlace {
  return { table, level, gfn, asId };
}
