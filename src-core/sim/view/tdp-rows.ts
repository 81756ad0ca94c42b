import type { Machine } from '../machine';
import type { ShadowPage } from '../shadow-page';
import type { Fold } from './fold-entries';
import type { RowEntry, TreeRow } from './machine-view';
import { topRowId } from './row-id';
import { entryActions, rootActions } from './tdp-actions';
import { type EntryTexts, entryTexts } from './tdp-entry-row';
import { type TablePlace, type TdpTree, unlinkedGroup } from './tdp-tree';

const hex = (value: number): string => `0x${value.toString(16)}`;

const formatTitles = { ept: 'EPT', 'ept-noad': 'EPT without A/D', npt64: 'NPT' } as const;
/** Texts that are kept: the rows of a few tables, which every move asks for again. */
const mostTexts = 4096;

/** What rows are marked with. */
export interface RowMarks {
  changed(): ReadonlyMap<number, ReadonlySet<number>>;
  markOf(id: string): TreeRow['mark'];
}

/** Rows of the TDP MMU's tree. */
export class TdpRows {
  readonly #texts = new Map<string, EntryTexts>();

  constructor(
    private readonly machine: Machine,
    private readonly tree: TdpTree,
    private readonly marks: RowMarks,
  ) {}

  root(page: ShadowPage): TreeRow {
    const row = this.#page('root', page);
    return {
      ...row,
      kind: page.invalid ? 'invalid-root' : 'root',
      description: this.#rootText(page),
      actions: rootActions,
    };
  }

  /** A table that hangs in no tree. */
  unlinked(page: ShadowPage): TreeRow {
    return this.#page('table', page);
  }

  entry(id: string, holder: TablePlace, index: number): TreeRow {
    const entry = this.tree.entryOf(holder, index);
    const unknown = this.tree.missingChild(holder, index) !== null;
    return {
      id,
      ...this.#textsOf(entry, 1),
      ...(unknown && { kind: 'unknown-table', description: 'not part of this machine' }),
      hasChildren: this.tree.childOf(holder, index) !== undefined,
      changed: this.#isChanged(holder, index),
      mark: this.marks.markOf(id),
      entry,
      actions: entryActions(this.machine, entry, holder.asId, 1),
    };
  }

  run(id: string, holder: TablePlace, { first, count }: Fold): TreeRow {
    const entry = this.tree.entryOf(holder, first);
    return {
      id,
      ...this.#textsOf(entry, count),
      hasChildren: true,
      changed: this.#isChanged(holder, first),
      mark: null,
      entry,
      actions: entryActions(this.machine, entry, holder.asId, count),
    };
  }

  #page(top: 'root' | 'table', { table, level, gfn }: ShadowPage): TreeRow {
    const id = topRowId(top, table.pa);
    return {
      id,
      kind: 'queued-table',
      label: `${top} ${hex(table.pa)}`,
      description: `level ${level}, GFN ${hex(gfn)}`,
      hasChildren: true,
      changed: this.marks.changed().has(table.pa),
      mark: this.marks.markOf(id),
      entry: null,
      actions: [],
    };
  }

  /** What a row says; an entry that is as it was says the same. */
  #textsOf(entry: RowEntry, count: number): EntryTexts {
    const key = `${entry.level}/${entry.gfn}/${count}/${entry.value}`;
    const known = this.#texts.get(key);
    if (known) return known;
    if (this.#texts.size >= mostTexts) this.#texts.clear();
    const texts = entryTexts(this.machine, entry, { first: entry.index, count });
    this.#texts.set(key, texts);
    return texts;
  }

  #isChanged({ table }: TablePlace, index: number): boolean {
    return this.marks.changed().get(table.pa)?.has(index) ?? false;
  }

  #rootText({ asId, invalid, level }: ShadowPage): string {
    const { setup } = this.machine;
    const parts = [formatTitles[setup.format], `${level} levels`, `kernel ${setup.kernel}`];
    if (asId !== 0) parts.push('SMM');
    if (invalid) parts.push('invalid');
    return parts.join(', ');
  }
}

/** The heading over tables that hang in no tree. */
export function unlinkedGroupRow(count: number): TreeRow {
  return {
    id: unlinkedGroup,
    kind: 'group',
    label: 'Unlinked tables',
    description: `${count}, freed when nobody reads them any more`,
    hasChildren: true,
    changed: false,
    mark: null,
    entry: null,
    actions: [],
  };
}
