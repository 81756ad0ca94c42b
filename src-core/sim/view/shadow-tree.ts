import type { ShadowMachine } from '../shadow/shadow-machine';
import { shadowIndex } from '../shadow/shadow-walk';
import type { WalkerState } from '../walker-state';
import { type Fold, foldEntries } from './fold-entries';
import { addressOfTop, childRowId, parseRowId, topRowId } from './row-id';
import { guestRoot, type Holder, shadowRoot, shadowTable } from './shadow-holder';

/** What an id of a table's row or an entry's row stands for. */
export type ShadowTarget =
  | { readonly kind: 'top'; readonly holder: Holder }
  | { readonly kind: 'entry'; readonly holder: Holder; readonly index: number }
  | { readonly kind: 'run'; readonly holder: Holder; readonly fold: Fold };

/** Runs of leaves as short as this are shown one by one; of empty entries two share a row. */
const leastLeaves = 3;
const leastOthers = 2;
const flags = 0xfffn | (0xfffn << 52n);

/** The guest's tables and the shadow pages as one tree: ids to tables and entries, and back. */
export class ShadowTree {
  constructor(readonly machine: ShadowMachine) {}

  get guestId(): string {
    return topRowId('guest', this.machine.state.cr3);
  }

  get rootId(): string | null {
    const root = shadowRoot(this.machine);
    return root ? topRowId('root', root.table) : null;
  }

  find(id: string, foldsOf: (holder: Holder) => Fold[]): ShadowTarget | undefined {
    const place = parseRowId(id);
    let holder = place && this.#topOf(place.top);
    if (!place || !holder) return undefined;
    if (place.indices.length === 0) return { kind: 'top', holder };
    for (const index of place.indices.slice(0, -1)) {
      holder = index < holder.entries ? holder.child(index) : undefined;
      if (!holder) return undefined;
    }
    const index = place.indices.at(-1)!;
    if (index >= holder.entries) return undefined;
    if (!place.run) return { kind: 'entry', holder, index };
    const fold = foldsOf(holder).find(({ first, count }) => first === index && count > 1);
    return fold && { kind: 'run', holder, fold };
  }

  #topOf(top: string): Holder | undefined {
    const { machine } = this;
    if (top === this.guestId) return guestRoot(machine);
    if (top === this.rootId) return shadowRoot(machine);
    if (!top.startsWith('page:')) return undefined;
    const page = machine.pages.get(addressOfTop(top));
    return page && shadowTable(machine, page, 0);
  }

  /** Entries in rows: runs of alike ones together. */
  folds(holder: Holder, single: number | null, changed: ReadonlySet<number> | undefined): Fold[] {
    const isTable = (index: number): boolean => holder.child(index) !== undefined;
    return foldEntries(holder.entries, {
      single: (index) => index === single || isTable(index),
      alike: (index) => {
        if (changed?.has(index) !== changed?.has(index - 1)) return false;
        const leaf = holder.isLeaf(index);
        if (leaf !== holder.isLeaf(index - 1)) return false;
        const differ = holder.read(index) ^ holder.read(index - 1);
        return (leaf ? differ & flags : differ) === 0n;
      },
      least: (first) => (holder.isLeaf(first) ? leastLeaves : leastOthers),
    });
  }

  /** Indices on the way to where a walker is, in its own tables; `null`: it is not there any more. */
  idOfWalker(walker: WalkerState): string | null {
    const gva = walker.gfn * 4096;
    if (walker.memory === 'guest') {
      const { rules, shape } = this.machine.kind.guestFormat;
      const indexAt = (level: number): number => {
        const rule = rules[level - 1]!;
        return Math.floor(gva / 2 ** rule.shift) % 2 ** rule.indexBits;
      };
      return this.#way(this.guestId, guestRoot(this.machine), shape.levels, walker, indexAt);
    }
    const root = shadowRoot(this.machine);
    return root
      ? this.#way(this.rootId!, root, root.level, walker, (level) =>
          level === 3 && !root.page ? Math.floor(gva / 2 ** 30) : shadowIndex(gva, level),
        )
      : null;
  }

  #way(
    id: string,
    root: Holder,
    levels: number,
    walker: WalkerState,
    indexAt: (level: number) => number,
  ): string | null {
    const indices: number[] = [];
    let holder: Holder | undefined = root;
    for (let level = levels; level > walker.level; level--) {
      indices.push(indexAt(level));
      holder = holder.child(indices.at(-1)!);
      if (!holder) return null;
    }
    if (holder.table !== walker.table) return null;
    return [id, ...indices, walker.index].join('/');
  }

  /** Ids of the shadow pages below the roots in use, each by the first way to it. */
  idsOfPages(): ReadonlyMap<number, string> {
    const ids = new Map<number, string>();
    const reach = (holder: Holder, id: string): void => {
      if (holder.page && ids.has(holder.table)) return;
      ids.set(holder.table, id);
      if (holder.level === 1) return;
      for (let index = 0; index < holder.entries; index++) {
        const child = holder.child(index);
        if (child) reach(child, childRowId(id, index));
      }
    };
    const root = shadowRoot(this.machine);
    if (root) reach(root, topRowId('root', root.table));
    return ids;
  }
}
