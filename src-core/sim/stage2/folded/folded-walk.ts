import type { Steps } from '../../micro-step';
import type { Range } from '../map-range';
import type { Stage2Table } from '../stage2-table';
import type { Stage2Task } from '../stage2-task';
import { type EntryPlace, FoldedState, rootPlace } from './folded-place';
import { type Stage, stagesOf } from './stages';

/** What a walk does. */
export interface FoldedVisitor {
  /** What its loops are called: `unmap_stage2_${name}s`. */
  readonly call: string;
  /** At a leaf of any level. */
  leaf(place: EntryPlace, address: number): Steps;
  /** After a loop over a table that holds nothing any more; left out: tables stay. */
  emptied?(parent: EntryPlace, table: Stage2Table, address: number): Steps;
}

/** A range as the kernels before v5.10 walked it: a loop for each name, folded ones pass once. */
export class FoldedWalk {
  readonly #stages: readonly Stage[];
  readonly #path: Stage2Table[] = [];
  #at: Parameters<FoldedWalk['show']>[0] | null = null;

  constructor(
    readonly task: Stage2Task,
    readonly visitor: FoldedVisitor,
  ) {
    this.#stages = stagesOf(task.machine.setup);
  }

  state(): FoldedState | null {
    return this.#at && new FoldedState(this.task.machine, this.#at, this.#path);
  }

  /** Remembers where the walk stands, for whoever looks. */
  show(at: ConstructorParameters<typeof FoldedState>[1]): void {
    this.#at = at;
  }

  *run({ address, bytes }: Range): Steps {
    const outer = this.task.walking;
    this.task.walking = this;
    const end = address + bytes;
    for (let from = address; from < end;) {
      const next = this.#addressEnd(this.#stages[0]!, from, end);
      const place = rootPlace(this.task.machine, from);
      this.#path.push(place.table);
      yield* this.#entry(0, place, from, next, end);
      this.#path.pop();
      if (next !== end) yield* this.task.condResched();
      from = next;
    }
    yield this.task.at('end');
    this.task.walking = outer;
  }

  /** One of the loops below the root's. */
  *#loop(number: number, parent: EntryPlace, address: number, end: number): Steps {
    const { geometry, tables, descriptors } = this.task.machine;
    const stage = this.#stages[number]!;
    if (stage.level === null) return yield* this.#entry(number, parent, address, end, end);
    const entry = tables.entry(parent.table, parent.index);
    const table = tables.get(descriptors.address(entry));
    if (!table) return yield* this.task.stopAtUnknown(descriptors.address(entry));
    this.#path.push(table);
    for (let from = address; from < end;) {
      const next = this.#addressEnd(stage, from, end);
      const index = geometry.index(from, stage.level);
      yield* this.#entry(number, { table, index }, from, next, end);
      from = next;
    }
    this.#path.pop();
    if (table.count === 1 && this.visitor.emptied) {
      yield* this.visitor.emptied(parent, table, address);
    }
  }

  *#entry(number: number, place: EntryPlace, address: number, next: number, end: number): Steps {
    const { tables, descriptors } = this.task.machine;
    const stage = this.#stages[number]!;
    const call = `${this.visitor.call}_${stage.name}s`;
    this.show({ call, stage, place, address, next, end });
    yield this.task.at('visit');
    if (!stage.entriesAreReal) return yield* this.#loop(number + 1, place, address, next);
    const entry = tables.entry(place.table, place.index);
    if (!descriptors.isValid(entry)) return;
    if (descriptors.isTable(entry, place.table.level)) {
      yield* this.#loop(number + 1, place, address, next);
    } else {
      yield* this.visitor.leaf(place, address);
    }
  }

  /** `stage2_*_addr_end()`: of a folded step `end`. */
  #addressEnd({ level }: Stage, address: number, end: number): number {
    const { geometry } = this.task.machine;
    return level === null
      ? end
      : Math.min(geometry.alignDown(address, level) + geometry.size(level), end);
  }
}
