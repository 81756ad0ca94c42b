import { isLast, isMmio, isShadowPresent } from '../../kvm/spte';
import { entriesPerTable, pagesAtLevel } from '../table-page';
import type { CounterName } from '../counters';
import type { SimEvent } from '../event-log';
import type { Machine } from '../machine';
import type { ShadowPage } from '../shadow-page';
import type { StepRecord } from '../step-log';
import type { Fold } from './fold-entries';
import type { Direction, RowExplanation, RunGoal, TreeRow } from './machine-view';
import { childRowId } from './row-id';
import { type CounterNow, type FieldNow, SessionView } from './session-view';
import { explainEntry, explainPage } from './tdp-explain';
import { iteratorFields } from './tdp-fields';
import { TdpRows, unlinkedGroupRow } from './tdp-rows';
import { type RowTarget, type TablePlace, TdpTree, unlinkedGroup } from './tdp-tree';

const hex = (value: number): string => `0x${value.toString(16)}`;

const counterRows: readonly { readonly key: CounterName; name: string; title: string }[] = [
  { key: 'mappings4k', name: '4K', title: 'mappings of 4 KiB' },
  { key: 'mappings2m', name: '2M', title: 'mappings of 2 MiB' },
  { key: 'mappings1g', name: '1G', title: 'mappings of 1 GiB' },
  { key: 'mmuPages', name: 'tables', title: 'tables in use, roots included' },
  { key: 'nxSplits', name: 'NX splits', title: 'tables for the sake of executable code' },
  { key: 'tlbFlushes', name: 'flushes', title: 'remote TLB flushes' },
  { key: 'faults', name: 'faults', title: 'page faults handled' },
];

/** Waiting tables that are listed one by one. */
const mostUnlinked = 512;

/** The TDP MMU as a person sees it. */
export class TdpView extends SessionView<Machine> {
  readonly walkerTitle = 'Iterator';
  readonly #tree = new TdpTree(this.machine);
  readonly #rows = new TdpRows(this.machine, this.#tree, {
    changed: () => this.changed(),
    markOf: (id) => this.#markOf(id),
  });
  #here: { at: string; place: string | null; path: ReadonlySet<string> } | null = null;

  get goal(): RunGoal {
    return { name: 'GFN', end: this.machine.endGfn };
  }

  roots(): TreeRow[] {
    const roots = this.machine.rootsOf(null, 'all').map((root) => this.#rows.root(root));
    const unlinked = this.#unlinked();
    return unlinked.length === 0 ? roots : [...roots, unlinkedGroupRow(unlinked.length)];
  }

  row(id: string): TreeRow | null {
    if (id === unlinkedGroup) {
      const { length } = this.#unlinked();
      return length === 0 ? null : unlinkedGroupRow(length);
    }
    const target = this.#find(id);
    return target ? this.#rowOf(id, target) : null;
  }

  children(id: string): TreeRow[] {
    if (id === unlinkedGroup) {
      return this.#unlinked().map((page) => this.#rows.unlinked(page));
    }
    const target = this.#find(id);
    if (!target) return [];
    if (target.kind === 'run') {
      const { first, count } = target.fold;
      return Array.from({ length: count }, (_, at) =>
        this.#rows.entry(childRowId(id, first + at), target.holder, first + at),
      );
    }
    const holder = this.#tree.tableBelow(target);
    if (!holder) return [];
    return this.#folds(holder).map((fold) =>
      fold.count === 1
        ? this.#rows.entry(childRowId(id, fold.first), holder, fold.first)
        : this.#rows.run(childRowId(id, fold.first, true), holder, fold),
    );
  }

  override parentOf(id: string): string | null {
    if (id.startsWith('table:') && !id.includes('/')) return unlinkedGroup;
    const parent = super.parentOf(id);
    const target = this.#find(id);
    if (parent === null || target?.kind !== 'entry') return parent;
    const fold = this.#foldOf(target.holder, target.index);
    return fold && fold.count > 1 ? childRowId(parent, fold.first, true) : parent;
  }

  explain(id: string): RowExplanation | null {
    const target = id === unlinkedGroup ? undefined : this.#find(id);
    if (!target) return null;
    switch (target.kind) {
      case 'entry':
        return explainEntry(this.#tree, target.holder, target.index, 1);
      case 'run':
        return explainEntry(this.#tree, target.holder, target.fold.first, target.fold.count);
      default:
        return explainPage(this.#tree, target.page);
    }
  }

  place(): string | null {
    return this.#now().place;
  }

  isAt(address: number): boolean {
    const { last } = this.session;
    const iter = last?.iter;
    if (last?.kind !== 'visit' || !iter) return false;
    if (address < iter.gfn || address >= iter.gfn + pagesAtLevel[iter.level]!) return false;
    const { masks } = this.machine.kind;
    const stepsDown = isShadowPresent(masks, iter.oldSpte) && !isLast(iter.oldSpte, iter.level);
    return iter.level === iter.minLevel || !stepsDown;
  }

  protected override countersNow(): CounterNow[] {
    const { counters } = this.machine;
    return counterRows.map(({ key, name, title }) => ({ name, title, value: counters.get(key) }));
  }

  protected override fieldsNow(): FieldNow[] {
    const iter = this.lastWalker()?.iter;
    if (!iter) return [];
    return iteratorFields(this.machine.kind.iterForm, iter, {
      place: this.place(),
      tableRow: (pa) => this.#tableRow(pa),
    });
  }

  protected override rowOfEvent({ table, index, level, gfn, asId }: SimEvent): string | null {
    if (table !== null) {
      const row = this.#tableRow(table);
      return row === null || index === null ? row : childRowId(row, index);
    }
    return gfn === null ? null : this.#tree.idOfGfn(gfn, asId, level ?? 1);
  }

  protected override stepReason(direction: Direction, { iter }: StepRecord): string | null {
    if (!iter?.valid) return 'the walk is over';
    if (iter.yielded) return 'the walk yielded: it goes back to the root first';
    if (direction === 'up') {
      return iter.level === iter.rootLevel ? 'the walk is at its root' : null;
    }
    if (direction === 'side') {
      return iter.index === entriesPerTable - 1 ? 'index 511 is the last of its table' : null;
    }
    if (iter.level === 1) return 'level 1 has no tables below it';
    if (iter.level === iter.minLevel) return `the walk goes down to level ${iter.minLevel} only`;
    return this.#whyNoChild(iter.table, iter.index, iter.level);
  }

  protected override placeWords({ kind, iter }: StepRecord): string {
    if (!iter || kind === 'end') return '';
    return `: level ${iter.level}, [${iter.index}], GFN ${hex(iter.gfn)}`;
  }

  #whyNoChild(tablePa: number, index: number, level: number): string | null {
    const spte = this.machine.pages.get(tablePa)?.table.entry(index);
    if (spte === undefined) return 'the table was freed';
    const { masks } = this.machine.kind;
    if (isShadowPresent(masks, spte)) return isLast(spte, level) ? 'the entry is a leaf' : null;
    return isMmio(masks, spte) ? 'the entry is MMIO' : 'nothing is mapped here';
  }

  /** Where the iterator is: worked out once for each moment, since every row asks. */
  #now(): { place: string | null; path: ReadonlySet<string> } {
    const at = `${this.session.position}/${this.machine.events.length}`;
    if (this.#here?.at !== at) {
      this.#here = { at, place: this.#findPlace(), path: new Set() };
      this.#here = { ...this.#here, path: new Set(this.path()) };
    }
    return this.#here;
  }

  #findPlace(): string | null {
    const iter = this.lastWalker()?.iter;
    const row = iter?.valid ? this.#tableRow(iter.table) : null;
    return row === null ? null : childRowId(row, iter!.index);
  }

  #tableRow(pa: number): string | null {
    const page = this.machine.pages.get(pa);
    return page ? this.#tree.idOfTable(page) : null;
  }

  #find(id: string): RowTarget | undefined {
    return this.#tree.find(id, (holder) => this.#folds(holder));
  }

  #folds(holder: TablePlace): Fold[] {
    const { table } = holder;
    const iter = this.lastWalker()?.iter;
    const single = iter?.valid && iter.table === table.pa ? iter.index : null;
    return this.#tree.folds(holder, single, this.changed().get(table.pa));
  }

  #foldOf(holder: TablePlace, index: number): Fold | undefined {
    return this.#folds(holder).find(({ first, count }) => index >= first && index < first + count);
  }

  /** Tables in no tree: those that wait, and those on the iterator's path. */
  #unlinked(): ShadowPage[] {
    const { pages } = this.machine;
    const onPath = (this.lastWalker()?.iter?.path ?? []).flatMap((pa) => pages.get(pa) ?? []);
    const all = new Set([...pages.queued, ...onPath.filter((page) => this.#tree.isUnlinked(page))]);
    return [...all].slice(0, mostUnlinked);
  }

  #rowOf(id: string, target: RowTarget): TreeRow {
    switch (target.kind) {
      case 'root':
        return this.#rows.root(target.page);
      case 'unlinked':
        return this.#rows.unlinked(target.page);
      case 'entry':
        return this.#rows.entry(id, target.holder, target.index);
      case 'run':
        return this.#rows.run(id, target.holder, target.fold);
    }
  }

  #markOf(id: string): TreeRow['mark'] {
    const { place, path } = this.#now();
    return id === place ? 'here' : path.has(id) ? 'path' : null;
  }
}
