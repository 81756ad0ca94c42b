import { printRole, roleFields } from '../../kvm/role';
import { formatWord } from '../../word';
import type { SimEvent } from '../event-log';
import type { MmuPage } from '../shadow/mmu-page';
import { entriesOf } from '../shadow/pte-list';
import type { ShadowMachine } from '../shadow/shadow-machine';
import { addressBits, gvaText, isCanonical } from '../shadow/guest-form';
import type { StepRecord } from '../step-log';
import type { WalkerState } from '../walker-state';
import { guestTableKey } from './changed-entries';
import type { Fold } from './fold-entries';
import type { Direction, RowExplanation, RunGoal, TreeRow } from './machine-view';
import { childRowId, topRowId } from './row-id';
import { type CounterNow, type FieldNow, SessionView } from './session-view';
import { shadowActions } from './shadow-actions';
import { shadowCounterTitles } from './shadow-counter-titles';
import { addressSpan, pageText, shadowEntryTexts, shadowRequest } from './shadow-entry-row';
import { entryOf, type Holder, shadowTable } from './shadow-holder';
import { explainRmap, rmapChildren, rmapGroup, rmapGroupRow, rmapRows } from './shadow-rmap-rows';
import { type ShadowTarget, ShadowTree } from './shadow-tree';

const hex = (value: number): string => `0x${value.toString(16)}`;

const othersGroup = 'group:others';
const mostOthers = 512;

/** What is worked out once for each moment, since every row asks. */
interface Here {
  readonly at: string;
  readonly place: string | null;
  readonly path: ReadonlySet<string>;
  /** Ids of the shadow pages below the roots, by their address. */
  readonly pages: ReadonlyMap<number, string>;
}

/** A guest's tables and the shadow pages beside them, as a person sees them. */
export class ShadowView extends SessionView<ShadowMachine> {
  readonly walkerTitle = 'Walker';
  readonly #tree = new ShadowTree(this.machine);
  #here: Here | null = null;

  get goal(): RunGoal {
    const { guest } = this.machine.kind;
    return { name: 'GVA', end: 2 ** addressBits(guest), canonical: isCanonical(guest) };
  }

  roots(): TreeRow[] {
    const { rootId, guestId } = this.#tree;
    const others = this.#others();
    const rmaps = rmapGroupRow(this.machine);
    return [
      this.row(guestId)!,
      ...(rootId === null ? [] : [this.row(rootId)!]),
      ...(others.length === 0 ? [] : [this.#othersRow(others.length)]),
      ...(rmaps ? [rmaps] : []),
    ];
  }

  row(id: string): TreeRow | null {
    if (id === othersGroup) {
      const { length } = this.#others();
      return length === 0 ? null : this.#othersRow(length);
    }
    if (id === rmapGroup) return rmapGroupRow(this.machine);
    if (id.startsWith('rmap:')) {
      const parent = this.parentOf(id);
      return (parent ? this.children(parent) : []).find((row) => row.id === id) ?? null;
    }
    const target = this.#find(id);
    return target ? this.#rowOf(id, target) : null;
  }

  children(id: string): TreeRow[] {
    if (id === rmapGroup) return rmapRows(this.machine);
    if (id.startsWith('rmap:')) return rmapChildren(this.machine, id);
    if (id === othersGroup) {
      return this.#others()
        .slice(0, mostOthers)
        .map((page) => {
          const holder = shadowTable(this.machine, page, 0);
          return this.#rowOf(topRowId('page', page.table.pa), { kind: 'top', holder });
        });
    }
    const target = this.#find(id);
    if (!target) return [];
    if (target.kind === 'run') {
      const { first, count } = target.fold;
      return Array.from({ length: count }, (_, at) => first + at).map((index) =>
        this.#rowOf(childRowId(id, index), { kind: 'entry', holder: target.holder, index }),
      );
    }
    const holder = target.kind === 'top' ? target.holder : target.holder.child(target.index);
    if (!holder) return [];
    return this.#folds(holder).map((fold) =>
      fold.count > 1
        ? this.#rowOf(childRowId(id, fold.first, true), { kind: 'run', holder, fold })
        : this.#rowOf(childRowId(id, fold.first), { kind: 'entry', holder, index: fold.first }),
    );
  }

  override parentOf(id: string): string | null {
    if (!id.includes('/')) {
      if (id.startsWith('page:')) return othersGroup;
      return id.startsWith('rmap:') ? rmapGroup : null;
    }
    const parent = super.parentOf(id);
    const target = this.#find(id);
    if (parent === null || target?.kind !== 'entry') return parent;
    const { holder, index } = target;
    const fold = this.#folds(holder).find(
      ({ first, count }) => index >= first && index < first + count,
    );
    return fold && fold.count > 1 ? childRowId(parent, fold.first, true) : parent;
  }

  explain(id: string): RowExplanation | null {
    if (id.startsWith('rmap:')) return explainRmap(this.machine, id);
    const target = this.#find(id);
    if (!target) return null;
    if (target.kind === 'top') return this.#explainTable(target.holder);
    const { holder } = target;
    const [first, count] =
      target.kind === 'run' ? [target.fold.first, target.fold.count] : [target.index, 1];
    const child = holder.child(first);
    const notes = [
      `Entry ${first} of ${tableName(holder)}: ${addressSpan(this.machine, holder, { first, count })}.`,
      ...(child ? this.#tableLines(child) : []),
    ];
    return { kind: 'entry', request: shadowRequest(this.machine, holder, first), notes };
  }

  place(): string | null {
    return this.#now().place;
  }

  isAt(address: number): boolean {
    const { last } = this.session;
    const walker = last?.walker;
    if (!walker || walker.memory !== 'host' || last.kind === 'end') return false;
    return walker.gfn === Math.floor(address / 4096) && !this.#leadsDown(walker);
  }

  protected override countersNow(): CounterNow[] {
    const { counters, splitCaches } = this.machine;
    const rows = shadowCounterTitles.map(({ counter, name, title }) => ({
      name,
      title,
      value: counters.get(counter),
    }));
    const vcpu = this.machine.cachesOfCpu(0);
    return [
      ...rows,
      {
        name: 'desc cache',
        title: 'descriptors set aside for faults',
        value: vcpu.desc.state.objects,
      },
      {
        name: 'split cache',
        title: 'descriptors set aside for splitting',
        value: splitCaches.desc.state.objects,
      },
    ];
  }

  protected override fieldsNow(): FieldNow[] {
    const walker = this.lastWalker()?.walker;
    if (!walker) return [];
    const place = this.place();
    const fields = walker.fields.map(({ name, value, table }) => ({
      name,
      value,
      rowId: table === null ? null : place,
      children: [],
    }));
    return [{ name: 'walk', value: walker.struct, rowId: null, children: [] }, ...fields];
  }

  protected override rowOfEvent({ kind, table, index }: SimEvent): string | null {
    if (table === null) return null;
    const { rootId, guestId } = this.#tree;
    if (isGuestMemory(kind)) {
      return table === this.machine.state.cr3
        ? index === null
          ? guestId
          : childRowId(guestId, index)
        : null;
    }
    const top = this.#idOfPage(table);
    if (top !== null) return index === null ? top : childRowId(top, index);
    return rootId;
  }

  protected override stepReason(direction: Direction, { walker }: StepRecord): string | null {
    if (!walker) return 'the walk is over';
    if (direction === 'side') return 'this walk is for one address: it goes down only';
    if (direction === 'up') return 'this walk goes down only';
    if (walker.level === 1) return 'level 1 has no tables below it';
    return this.#leadsDown(walker) ? null : 'nothing is linked here yet';
  }

  protected override placeWords({ kind, walker }: StepRecord): string {
    if (!walker || kind === 'end') return '';
    const whose = walker.memory === 'guest' ? 'guest level' : 'shadow level';
    return `: ${whose} ${walker.level}, [${walker.index}], GVA ${gvaText(this.machine.kind.guest, walker.gfn * 4096)}`;
  }

  #leadsDown(walker: WalkerState): boolean {
    const id = this.#tree.idOfWalker(walker);
    const target = id === null ? undefined : this.#find(id);
    return target?.kind === 'entry' && target.holder.child(target.index) !== undefined;
  }

  #now(): Here {
    const at = `${this.session.position}/${this.machine.events.length}`;
    if (this.#here?.at !== at) {
      const last = this.lastWalker();
      const walker = last?.kind === 'end' ? null : last?.walker;
      const place = walker ? this.#tree.idOfWalker(walker) : null;
      this.#here = { at, place, path: new Set(), pages: this.#tree.idsOfPages() };
      this.#here = { ...this.#here, path: new Set(this.path()) };
    }
    return this.#here;
  }

  #find(id: string): ShadowTarget | undefined {
    return this.#tree.find(id, (holder) => this.#folds(holder));
  }

  #folds(holder: Holder): Fold[] {
    const walker = this.lastWalker()?.walker;
    const here = walker?.table === holder.table && walker.memory === holder.memory;
    return this.#tree.folds(holder, here ? walker.index : null, this.#changesOf(holder));
  }

  #changesOf(holder: Holder): ReadonlySet<number> | undefined {
    const key = holder.memory === 'guest' ? guestTableKey(holder.table) : holder.table;
    return this.changed().get(key);
  }

  /** The row of a shadow page: below the roots by the address it was made for, or among the others. */
  #idOfPage(pa: number): string | null {
    const inTree = this.#now().pages.get(pa);
    if (inTree !== undefined) return inTree;
    return this.machine.pages.get(pa) ? topRowId('page', pa) : null;
  }

  /** Shadow pages that the roots in use do not lead to, in the order they were made. */
  #others(): MmuPage[] {
    const { pages } = this.#now();
    return [...this.machine.pages.all()]
      .filter(({ table }) => !pages.has(table.pa))
      .sort((a, b) => a.serial - b.serial);
  }

  #rowOf(id: string, target: ShadowTarget): TreeRow {
    const { holder } = target;
    if (target.kind === 'top') return this.#topRow(id, holder);
    const fold = target.kind === 'run' ? target.fold : { first: target.index, count: 1 };
    return {
      id,
      ...shadowEntryTexts(this.machine, holder, fold),
      hasChildren: fold.count > 1 || holder.child(fold.first) !== undefined,
      changed: this.#changesOf(holder)?.has(fold.first) ?? false,
      mark: fold.count > 1 ? null : this.#markOf(id),
      entry: entryOf(holder, fold.first),
      actions: shadowActions(this.machine, holder, fold.first),
    };
  }

  #topRow(id: string, holder: Holder): TreeRow {
    const own = holder.memory === 'guest';
    const { page } = holder;
    const inTree = !id.startsWith('page:');
    return {
      id,
      kind: inTree ? 'root' : page?.invalid ? 'invalid-root' : 'table',
      label: own
        ? `guest tables ${hex(holder.table)}`
        : `${inTree ? 'shadow root' : 'shadow page'} ${hex(holder.table)}`,
      description: this.#topText(holder, inTree),
      hasChildren: true,
      changed: false,
      mark: this.#markOf(id),
      entry: null,
      actions: [],
    };
  }

  #topText({ memory, page, level }: Holder, inTree: boolean): string {
    const { guest, form } = this.machine.kind;
    if (memory === 'guest') return `CR3, ${guest.title}`;
    if (!inTree && page) return `level ${level}, ${pageText(page)}`;
    return page
      ? `${level} levels, kernel ${this.machine.setup.kernel}, ${pageText(page)}`
      : `PAE root of four entries, kernel ${this.machine.setup.kernel}, quadrants by ${form.quadrantFrom}`;
  }

  #othersRow(count: number): TreeRow {
    return {
      id: othersGroup,
      kind: 'group',
      label: 'Other shadow pages',
      description: `${count}, of other tables of the guest, or thrown away`,
      hasChildren: true,
      changed: false,
      mark: null,
      entry: null,
      actions: [],
    };
  }

  #explainTable(holder: Holder): RowExplanation {
    const title = tableName(holder);
    return {
      kind: 'words',
      title: title[0]!.toUpperCase() + title.slice(1),
      lines: this.#tableLines(holder),
    };
  }

  /** What is known of a table: of a shadow page its role with every field. */
  #tableLines(holder: Holder): string[] {
    const { page } = holder;
    if (!page) return [];
    const { roles } = this.machine.kind;
    const fields = roleFields(page.role, roles);
    const named = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
    const parents = entriesOf(page.parents).map(hex);
    return [
      `Shadow page ${hex(page.table.pa)}: ${pageText(page)}.`,
      parents.length === 0
        ? 'No entry leads to it.'
        : `Entries that lead to it: ${parents.join(', ')}.`,
      `Role ${formatWord(page.role)} (${roles.name}): ${printRole(fields, roles)}.`,
      `${named.join(', ')}.`,
    ];
  }

  #markOf(id: string): TreeRow['mark'] {
    const { place, path } = this.#now();
    return id === place ? 'here' : path.has(id) ? 'path' : null;
  }
}

function tableName({ memory, level, table }: Holder): string {
  const whose = memory === 'guest' ? 'the guest’s' : 'the shadow';
  return `${whose} level-${level} table ${hex(table)}`;
}

function isGuestMemory(kind: SimEvent['kind']): boolean {
  return kind === 'guest-write' || kind === 'emulated';
}
