import { isLast, isMmio, isShadowPresent } from '../../kvm/spte';
import { entriesPerTable, pagesAtLevel } from '../table-page';
import type { CounterName } from '../counters';
import type { SimEvent } from '../event-log';
import type { Machine } from '../machine';
import type { ShadowPage } from '../shadow-page';
import type { StepRecord } from '../step-log';
import type { Fold } from './fold-entries';
import type { Direction, RowExplanation, RunGoal, TreeRow } from './machine-view';
import { childRowId, topRowId } from './row-id';
import { type CounterNow, type FieldNow, SessionView } from './session-view';
import { entryActions, rootActions } from './tdp-actions';
import { entryTexts, gfnSpan, requestOf } from './tdp-entry-row';
import { iteratorFields } from './tdp-fields';
import { placeOf, type RowTarget, type TablePlace, TdpTree, unlinkedGroup } from './tdp-tree';

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

const formatTitles = { ept: 'EPT', 'ept-noad': 'EPT without A/D', npt64: 'NPT' } as const;
/** Waiting tables that are listed one by one. */
const mostUnlinked = 512;

/** The TDP MMU as a person sees it. */
export class TdpView extends SessionView<Machine> {
  readonly walkerTitle = 'Iterator';
  readonly #tree = new TdpTree(this.machine);
  #here: { at: string; place: string | null; path: ReadonlySet<string> } | null = null;

  get goal(): RunGoal {
    return { name: 'GFN', end: this.machine.endGfn };
  }

  roots(): TreeRow[] {
    const roots = this.machine.rootsOf(null, 'all').map((root) => this.#topRow(root, 'root'));
    const unlinked = this.#unlinked();
    return unlinked.length === 0 ? roots : [...roots, groupRow(unlinked.length)];
  }

  row(id: string): TreeRow | null {
    if (id === unlinkedGroup) {
      const { length } = this.#unlinked();
      return length === 0 ? null : groupRow(length);
    }
    const target = this.#find(id);
    return target ? this.#rowOf(id, target) : null;
  }

  children(id: string): TreeRow[] {
    if (id === unlinkedGroup) {
      return this.#unlinked().map((page) => this.#topRow(page, 'unlinked'));
    }
    const target = this.#find(id);
    if (!target) return [];
    if (target.kind === 'run') {
      const { first, count } = target.fold;
      return Array.from({ length: count }, (_, at) =>
        this.#entryRow(id, target.holder, first + at),
      );
    }
    const holder = this.#tree.tableBelow(target);
    if (!holder) return [];
    return this.#folds(holder).map((fold) =>
      fold.count === 1
        ? this.#entryRow(id, holder, fold.first)
        : this.#runRow(childRowId(id, fold.first, true), holder, fold),
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
    if (target.kind === 'root' || target.kind === 'unlinked') return this.#explainPage(target.page);
    const index = target.kind === 'run' ? target.fold.first : target.index;
    const { holder } = target;
    const entry = this.#tree.entryOf(holder, index);
    const count = target.kind === 'run' ? target.fold.count : 1;
    const where = `Entry ${index} of the level-${holder.level} table ${hex(holder.table.pa)}: ${gfnSpan(entry)}.`;
    const more = count > 1 ? [`The first of ${count} alike: ${gfnSpan(entry, count)}.`] : [];
    const request = requestOf(this.machine, entry);
    const notes = [where, ...more, this.#slotNote(entry.gfn, holder.asId)];
    return { kind: 'entry', request, notes };
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

  #topRow(page: ShadowPage, kind: 'root' | 'unlinked'): TreeRow {
    const id = topRowId(kind === 'root' ? 'root' : 'table', page.table.pa);
    return this.#rowOf(id, { kind, page });
  }

  #rowOf(id: string, target: RowTarget): TreeRow {
    if (target.kind === 'entry') {
      const { holder, index } = target;
      return this.#rowOfEntry(id, holder, index);
    }
    if (target.kind === 'run') return this.#runRow(id, target.holder, target.fold);
    const { page } = target;
    const isRoot = target.kind === 'root';
    return {
      id,
      kind: isRoot ? (page.invalid ? 'invalid-root' : 'root') : 'queued-table',
      label: `${isRoot ? 'root' : 'table'} ${hex(page.table.pa)}`,
      description: isRoot ? this.#rootText(page) : `level ${page.level}, GFN ${hex(page.gfn)}`,
      hasChildren: true,
      changed: this.changed().has(page.table.pa),
      mark: this.#markOf(id),
      entry: null,
      actions: isRoot ? rootActions : [],
    };
  }

  #entryRow(parent: string, holder: TablePlace, index: number): TreeRow {
    return this.#rowOfEntry(childRowId(parent, index), holder, index);
  }

  #rowOfEntry(id: string, holder: TablePlace, index: number): TreeRow {
    const entry = this.#tree.entryOf(holder, index);
    const missing = this.#tree.missingChild(holder, index);
    const texts = entryTexts(this.machine, entry, { first: index, count: 1 });
    return {
      id,
      ...texts,
      ...(missing !== null && {
        kind: 'unknown-table',
        description: 'not part of this machine',
      }),
      hasChildren: this.#tree.childOf(holder, index) !== undefined,
      changed: this.changed().get(holder.table.pa)?.has(index) ?? false,
      mark: this.#markOf(id),
      entry,
      actions: entryActions(this.machine, entry, holder.asId, 1),
    };
  }

  #runRow(id: string, holder: TablePlace, fold: Fold): TreeRow {
    const entry = this.#tree.entryOf(holder, fold.first);
    return {
      id,
      ...entryTexts(this.machine, entry, fold),
      hasChildren: true,
      changed: this.changed().get(holder.table.pa)?.has(fold.first) ?? false,
      mark: null,
      entry,
      actions: entryActions(this.machine, entry, holder.asId, fold.count),
    };
  }

  #markOf(id: string): TreeRow['mark'] {
    const { place, path } = this.#now();
    return id === place ? 'here' : path.has(id) ? 'path' : null;
  }

  #rootText({ asId, invalid, mirror, level }: ShadowPage): string {
    const { setup } = this.machine;
    const parts = [formatTitles[setup.format], `${level} levels`, `kernel ${setup.kernel}`];
    if (asId !== 0) parts.push('SMM');
    if (setup.tdx) parts.push(mirror ? 'mirror of private memory' : 'shared memory');
    if (invalid) parts.push('invalid');
    return parts.join(', ');
  }

  #explainPage(page: ShadowPage): RowExplanation {
    const { level, gfn, asId, nxDisallowed, nxTracked, invalid, root, table } = page;
    const entries = this.#tree.folds(placeOf(page), null, undefined);
    const present = entries.reduce((sum, { first, count }) => {
      const counts = isShadowPresent(this.machine.kind.masks, table.entry(first));
      return counts ? sum + count : sum;
    }, 0);
    const lines = [
      root
        ? `Root of address space ${asId}, ${level} levels.`
        : `Level ${level}, ${gfnSpan({ gfn, level: level + 1, table: 0, index: 0, value: 0n })}.`,
      `${present} of ${entriesPerTable} entries are present.`,
      ...(invalid ? ['Invalid: no vCPU uses it any more, its entries are being zapped.'] : []),
      ...(nxDisallowed ? ['Exists so that executable code gets small pages.'] : []),
      ...(nxTracked ? ['Counted as NX split: zapped over time to try a huge page again.'] : []),
      ...(this.machine.pages.isQueued(page) ? ['Unlinked: freed when its readers are gone.'] : []),
    ];
    return { kind: 'words', title: `${root ? 'Root' : 'Table'} ${hex(table.pa)}`, lines };
  }

  #slotNote(gfn: number, asId: number): string {
    const slot = this.machine.slotOf(gfn, asId);
    if (!slot) return `No memory slot holds GFN ${hex(gfn)}: it is MMIO.`;
    const log = slot.dirtyLog
      ? slot.dirty.has(gfn)
        ? ', in the dirty log'
        : ', writes are logged'
      : '';
    return `Memory slot ${slot.setup.id}: host frame ${hex(slot.pfnOf(gfn))}${log}.`;
  }
}

function groupRow(count: number): TreeRow {
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
