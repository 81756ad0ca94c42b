import type { Steps } from '../../micro-step';
import type { Errno } from '../errno';
import { lastLevel } from '../geometry';
import type { MemoryCache } from '../memory-cache';
import type { Stage2Task } from '../stage2-task';
import { type EntryPlace, FoldedState, rootPlace } from './folded-place';
import { foldedUnmap } from './folded-unmap';
import { type Stage, stagesOf } from './stages';

/** A leaf to be put in. */
export interface LeafToSet {
  readonly address: number;
  readonly level: 2 | 3;
  readonly value: bigint;
  readonly cache: MemoryCache;
  /** Writes are logged: a block in the way is taken out. */
  readonly dissolves: boolean;
}

/** Goes down to an entry as `stage2_get_pud()`, `stage2_get_pmd()` do: missing tables are put in. */
class Descent {
  #at: FoldedState | null = null;

  constructor(readonly task: Stage2Task) {}

  state(): FoldedState | null {
    return this.#at;
  }

  *to({ address, level, cache, dissolves }: LeafToSet): Steps<EntryPlace | Errno> {
    const { machine } = this.task;
    const { geometry, tables, descriptors } = machine;
    let place = rootPlace(machine, address);
    const path = [place.table];
    for (const stage of stagesOf(machine.setup)) {
      if (stage.level !== null && place.table.level < stage.level) {
        const entry = tables.entry(place.table, place.index);
        const child = descriptors.isTable(entry, place.table.level)
          ? tables.get(descriptors.address(entry))
          : yield* this.#tableBelow(place, address, { cache, dissolves });
        if (child === undefined) return yield* this.task.stopAtUnknown(descriptors.address(entry));
        if (typeof child === 'string') return child;
        path.push(child);
        place = { table: child, index: geometry.index(address, child.level) };
      }
      this.#show(stage, place, address, path);
      yield this.task.at('visit');
      if (place.table.level === level && stage.entriesAreReal) return place;
    }
    return place;
  }

  #show(stage: Stage, place: EntryPlace, address: number, path: EntryPlace['table'][]): void {
    const { geometry } = this.task.machine;
    const end = geometry.alignDown(address, lastLevel) + geometry.pageBytes;
    const at = { call: `stage2_get_${stage.name}`, stage, place, address, next: end, end };
    this.#at = new FoldedState(this.task.machine, at, path);
  }

  *#tableBelow(
    place: EntryPlace,
    address: number,
    { cache, dissolves }: Pick<LeafToSet, 'cache' | 'dissolves'>,
  ): Steps<EntryPlace['table'] | Errno> {
    const { machine } = this.task;
    const { tables, descriptors, geometry } = machine;
    const { table } = place;
    if (descriptors.isValid(tables.entry(table, place.index))) {
      if (!dissolves) return 'EFAULT';
      machine.store(place, 0n, 'stage2-dissolve', 'broken');
      yield this.task.at('broken');
      yield* this.task.invalidate({ of: 'address', address, level: null });
      tables.put(table, 'stage2-dissolve');
    }
    if (!cache.take()) return 'ENOMEM';
    const start = geometry.alignDown(address, table.level);
    const child = tables.allocate(table.level + 1, start, 'stage2-table');
    if (!child) return 'ENOMEM';
    machine.store(place, descriptors.table(child.pa), 'stage2-table');
    tables.take(table);
    yield this.task.at('write');
    return child;
  }
}

/** `stage2_set_pte()`, `stage2_set_pmd_huge()`. Source: Linux 4.20 `virt/kvm/arm/mmu.c`. */
export function* foldedSet(task: Stage2Task, leaf: LeafToSet): Steps<Errno | null> {
  const { machine } = task;
  const { tables, descriptors } = machine;
  const outer = task.walking;
  const descent = new Descent(task);
  task.walking = descent;
  const place = yield* descent.to(leaf);
  if (typeof place === 'string') {
    task.walking = outer;
    return place;
  }
  const old = tables.entry(place.table, place.index);
  if (descriptors.isTable(old, leaf.level)) {
    // A block takes a table's place: what it maps goes first, and the table with it.
    const { geometry } = machine;
    const address = geometry.alignDown(leaf.address, leaf.level);
    yield* foldedUnmap(task, { address, bytes: geometry.size(leaf.level) });
    task.walking = outer;
    return yield* foldedSet(task, leaf);
  }
  if (old !== leaf.value) yield* replace(task, place, leaf, old);
  yield task.at('end');
  task.walking = outer;
  return null;
}

/** Break-before-make of those days: the entry is empty in between. */
function* replace(task: Stage2Task, place: EntryPlace, leaf: LeafToSet, old: bigint): Steps {
  const { machine } = task;
  if (machine.descriptors.isValid(old)) {
    machine.store(place, 0n, 'stage2-break', 'broken');
    yield task.at('broken');
    yield* task.invalidate({ of: 'address', address: leaf.address, level: null });
  } else {
    machine.tables.take(place.table);
  }
  machine.store(place, leaf.value, 'stage2-map');
  yield task.at('write');
}
