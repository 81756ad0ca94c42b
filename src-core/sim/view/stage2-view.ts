import type { SimEvent } from '../event-log';
import type { Stage2Machine } from '../stage2/stage2-machine';
import { stage2CounterTitles, type Stage2CounterName } from '../stage2/stage2-counters';
import type { Stage2Table } from '../stage2/stage2-table';
import type { StepRecord } from '../step-log';
import type { WalkerState } from '../walker-state';
import type { Fold } from './fold-entries';
import type { Direction, RowEntry, RowExplanation, RunGoal, TreeRow } from './machine-view';
import { childRowId, topRowId } from './row-id';
import { type CounterNow, type FieldNow, SessionView } from './session-view';
import { stage2Actions } from './stage2-actions';
import { ipaSpan, referencesText, stage2EntryTexts, stage2Request } from './stage2-entry-row';
import { Stage2Tree, type Stage2Target } from './stage2-tree';
import {
  explainStage2Root,
  explainStage2Table,
  stage2RootText,
  stage2SlotNote,
  stage2TableText,
} from './stage2-words';

const hex = (value: number): string => `0x${value.toString(16)}`;

const unlinkedGroup = 'group:unlinked';
/** Tables in no tree that are listed one by one. */
const mostUnlinked = 512;

const counterNames: Readonly<Record<Stage2CounterName, string>> = {
  pages: 'pages',
  blocks2: 'blocks L2',
  blocks1: 'blocks L1',
  tables: 'tables',
  faults: 'aborts',
  tlbi: 'TLBIs',
  tlbiRange: 'of ranges',
  cacheCleans: 'cache cleans',
  annotations: 'annotations',
};

/** KVM's stage 2 as a person sees it. */
export class Stage2View extends SessionView<Stage2Machine> {
  readonly walkerTitle = 'Walker';
  readonly #tree = new Stage2Tree(this.machine);
  #here: { at: string; place: string | null; path: ReadonlySet<string> } | null = null;

  #folded: {
    at: string;
    changes: ReadonlyMap<number, ReadonlySet<number>>;
    folds: Map<Stage2Table, Fold[]>;
  } | null = null;

  get goal(): RunGoal {
    return { name: 'IPA', end: this.machine.geometry.endAddress };
  }

  roots(): TreeRow[] {
    const unlinked = this.#unlinked();
    const root = this.#rowOf(this.#tree.rootId, { kind: 'root' });
    return unlinked.length === 0 ? [root] : [root, this.#groupRow(unlinked.length)];
  }

  row(id: string): TreeRow | null {
    if (id === unlinkedGroup) {
      const { length } = this.#unlinked();
      return length === 0 ? null : this.#groupRow(length);
    }
    const target = this.#find(id);
    return target ? this.#rowOf(id, target) : null;
  }

  children(id: string): TreeRow[] {
    if (id === unlinkedGroup) {
      return this.#unlinked().map((table) =>
        this.#rowOf(topRowId('table', table.pa), { kind: 'unlinked', table }),
      );
    }
    const target = this.#find(id);
    if (!target) return [];
    if (target.kind === 'root' && this.#tree.isConcatenated) {
      return this.machine.tables.root.map((table, number) =>
        this.#rowOf(childRowId(id, number), { kind: 'root-table', table }),
      );
    }
    if (target.kind === 'run') {
      const { first, count } = target.fold;
      return Array.from({ length: count }, (_, at) => first + at).map((index) =>
        this.#rowOf(childRowId(id, index), { kind: 'entry', table: target.table, index }),
      );
    }
    const table = this.#tableBelow(target);
    if (!table) return [];
    return this.#folds(table).map((fold) => {
      const isRun = fold.count > 1;
      const child = childRowId(id, fold.first, isRun);
      return isRun
        ? this.#rowOf(child, { kind: 'run', table, fold })
        : this.#rowOf(child, { kind: 'entry', table, index: fold.first });
    });
  }

  override parentOf(id: string): string | null {
    if (id.startsWith('table:') && !id.includes('/')) return unlinkedGroup;
    const parent = super.parentOf(id);
    const target = this.#find(id);
    if (parent === null || target?.kind !== 'entry') return parent;
    const { table, index } = target;
    const fold = this.#folds(table).find(
      ({ first, count }) => index >= first && index < first + count,
    );
    return fold && fold.count > 1 ? childRowId(parent, fold.first, true) : parent;
  }

  explain(id: string): RowExplanation | null {
    const target = id === unlinkedGroup ? undefined : this.#find(id);
    if (!target) return null;
    if (target.kind === 'root') return explainStage2Root(this.machine);
    if (target.kind === 'root-table' || target.kind === 'unlinked') {
      return explainStage2Table(this.machine, target.table);
    }
    const { table } = target;
    const [index, count] =
      target.kind === 'run' ? [target.fold.first, target.fold.count] : [target.index, 1];
    const entry = this.#tree.entryOf(table, index);
    const where = `Entry ${index} of the level-${table.level} table ${hex(table.pa)}: ${ipaSpan(this.machine, entry)}.`;
    const more =
      count > 1 ? [`The first of ${count}: ${ipaSpan(this.machine, entry, count)}.`] : [];
    const child = this.#tree.childOf(table, index);
    const below = child ? [`The table below has ${referencesText(child.count)}.`] : [];
    const notes = [where, ...more, ...below, stage2SlotNote(this.machine, entry.gfn)];
    return { kind: 'entry', request: stage2Request(this.machine, entry), notes };
  }

  place(): string | null {
    return this.#now().place;
  }

  isAt(address: number): boolean {
    const { last } = this.session;
    const walker = last?.walker;
    if (last?.kind !== 'visit' || !walker) return false;
    const { geometry, descriptors } = this.machine;
    const first = walker.gfn * geometry.pageBytes;
    if (address < first || address >= first + geometry.size(walker.level)) return false;
    return !descriptors.isTable(walker.value, walker.level);
  }

  protected override countersNow(): CounterNow[] {
    const { counters } = this.machine;
    const rows = (Object.keys(counterNames) as Stage2CounterName[]).map((key) => ({
      name: counterNames[key],
      title: stage2CounterTitles[key],
      value: counters.get(key),
    }));
    const { vcpuCache, splitCache } = this.machine;
    return [
      ...rows,
      { name: 'vCPU cache', title: 'tables set aside for faults', value: vcpuCache.objects },
      { name: 'split cache', title: 'tables set aside for splitting', value: splitCache.objects },
    ];
  }

  protected override fieldsNow(): FieldNow[] {
    const walker = this.lastWalker()?.walker;
    if (!walker) return [];
    const place = this.place();
    const path = [...walker.path].reverse().map((pa) => ({
      name: `level ${this.machine.tables.get(pa)?.level ?? '?'}`,
      value: hex(pa),
      rowId: this.#tableRow(pa),
      children: [],
    }));
    const fields = walker.fields.map(({ name, value, table }) => ({
      name,
      value,
      rowId: table === null ? null : place,
      children: [],
    }));
    const head = { name: 'walk', value: walker.struct, rowId: null, children: [] };
    const tables = { name: 'tables', value: path.map(({ value }) => value).join(' '), rowId: null };
    return [head, ...fields, { ...tables, children: path }];
  }

  protected override rowOfEvent({ table, index }: SimEvent): string | null {
    const row = table === null ? null : this.#tableRow(table);
    return row === null || index === null ? row : childRowId(row, index);
  }

  protected override stepReason(direction: Direction, { walker }: StepRecord): string | null {
    if (!walker) return 'the walk is over';
    const { geometry, descriptors, tables } = this.machine;
    if (direction === 'up') {
      return walker.level === geometry.startLevel ? 'the walk is at its root' : null;
    }
    if (direction === 'side') {
      const last = geometry.entriesPerTable - 1;
      return walker.index === last ? `index ${last} is the last of its table` : null;
    }
    if (walker.level === 3) return 'level 3 has no tables below it';
    const table = tables.get(walker.table);
    if (!table) return 'the table was freed';
    const entry = tables.entry(table, walker.index);
    if (descriptors.isTable(entry, walker.level)) return null;
    return descriptors.isValid(entry) ? 'the entry is a block' : 'nothing is mapped here';
  }

  protected override placeWords({ kind, walker }: StepRecord): string {
    if (!walker || kind === 'end') return '';
    const ipa = walker.gfn * this.machine.geometry.pageBytes;
    const visit = walker.fields.find(({ name }) => name === 'visit')?.value ?? '-';
    const called = kind === 'visit' && visit !== '-' ? ` (${visit})` : '';
    return `${called}: level ${walker.level}, [${walker.index}], IPA ${hex(ipa)}`;
  }

  /** Where the walker is: worked out once for each moment, since every row asks. */
  #now(): { place: string | null; path: ReadonlySet<string> } {
    const at = this.#moment();
    if (this.#here?.at !== at) {
      this.#here = { at, place: this.#findPlace(), path: new Set() };
      this.#here = { ...this.#here, path: new Set(this.path()) };
    }
    return this.#here;
  }

  #findPlace(): string | null {
    const walker = this.#walker();
    const row = walker ? this.#tableRow(walker.table) : null;
    return row === null ? null : childRowId(row, walker!.index);
  }

  /** Where the walk stands; when it is over, where it was last. */
  #walker(): WalkerState | null {
    return this.lastWalker()?.walker ?? null;
  }

  #tableRow(pa: number): string | null {
    const table = this.machine.tables.get(pa);
    return table ? this.#tree.idOfTable(table) : null;
  }

  #find(id: string): Stage2Target | undefined {
    return this.#tree.find(id, (table) => this.#folds(table));
  }

  /** Worked out once for each moment: every row below the table asks. */
  #folds(table: Stage2Table): Fold[] {
    const at = this.#moment();
    const changes = this.changed();
    if (this.#folded?.at !== at || this.#folded.changes !== changes) {
      this.#folded = { at, changes, folds: new Map() };
    }
    const { folds } = this.#folded;
    const known = folds.get(table);
    if (known) return known;
    const walker = this.#walker();
    const single = walker?.table === table.pa ? walker.index : null;
    const found = this.#tree.folds(table, single, changes.get(table.pa));
    folds.set(table, found);
    return found;
  }

  #moment(): string {
    return `${this.session.position}/${this.machine.events.length}`;
  }

  #tableBelow(target: Stage2Target): Stage2Table | undefined {
    switch (target.kind) {
      case 'root':
        return this.#tree.isConcatenated ? undefined : this.machine.tables.root[0];
      case 'root-table':
      case 'unlinked':
        return target.table;
      case 'entry':
        return this.#tree.childOf(target.table, target.index);
      case 'run':
        return undefined;
    }
  }

  #unlinked(): Stage2Table[] {
    return this.#tree.unlinked().slice(0, mostUnlinked);
  }

  #rowOf(id: string, target: Stage2Target): TreeRow {
    switch (target.kind) {
      case 'root':
        return this.#tableRowOf(
          id,
          'root',
          `root ${hex(this.machine.setup.root)}`,
          stage2RootText(this.machine),
        );
      case 'root-table': {
        const { table } = target;
        const number = this.machine.tables.root.indexOf(table);
        return this.#tableRowOf(
          id,
          'table',
          `table ${number} ${hex(table.pa)}`,
          stage2TableText(this.machine, table),
        );
      }
      case 'unlinked': {
        const { table } = target;
        const label = `table ${hex(table.pa)}`;
        return this.#tableRowOf(id, 'queued-table', label, stage2TableText(this.machine, table));
      }
      case 'entry':
        return this.#entryRow(id, target.table, { first: target.index, count: 1 });
      case 'run':
        return this.#entryRow(id, target.table, target.fold);
    }
  }

  #tableRowOf(id: string, kind: TreeRow['kind'], label: string, description: string): TreeRow {
    return {
      id,
      kind,
      label,
      description,
      hasChildren: true,
      changed: false,
      mark: this.#markOf(id),
      entry: null,
      actions: [],
    };
  }

  #entryRow(id: string, table: Stage2Table, fold: Fold): TreeRow {
    const { first, count } = fold;
    const entry = this.#tree.entryOf(table, first);
    return {
      id,
      ...stage2EntryTexts(this.machine, entry, fold),
      ...(this.#leadsNowhere(entry) && {
        kind: 'unknown-table' as const,
        description: 'not part of this machine',
      }),
      hasChildren: count > 1 || this.#tree.childOf(table, first) !== undefined,
      changed: this.changed().get(table.pa)?.has(first) ?? false,
      mark: count > 1 ? null : this.#markOf(id),
      entry,
      actions: stage2Actions(this.machine, entry, count, (name) => this.#can(name)),
    };
  }

  /** Whether an entry points to a table that the machine does not hold. */
  #leadsNowhere({ value, level }: RowEntry): boolean {
    const { descriptors, tables } = this.machine;
    return descriptors.isTable(value, level) && !tables.childOf(value, level);
  }

  #can(operation: string): boolean {
    const { plan } = this.session.scenario;
    return plan.offers().some(({ info, refusal }) => info.name === operation && refusal === null);
  }

  #markOf(id: string): TreeRow['mark'] {
    const { place, path } = this.#now();
    return id === place ? 'here' : path.has(id) ? 'path' : null;
  }

  #groupRow(count: number): TreeRow {
    const text = `${count}, cut off and waiting to be freed, or not linked yet`;
    return this.#tableRowOf(unlinkedGroup, 'group', 'Unlinked tables', text);
  }
}
