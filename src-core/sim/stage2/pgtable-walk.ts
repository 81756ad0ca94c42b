import type { Steps } from '../micro-step';
import type { Errno } from './errno';
import type { Stage2Table } from './stage2-table';
import type { Stage2Task } from './stage2-task';
import { type VisitContext, VisitState } from './visit-context';
import { endsWalk, flagsOn, type Visit, type WalkFlag } from './walk-flags';

/** Who is called for entries: `struct kvm_pgtable_walker`. */
export interface Walker {
  readonly flags: readonly WalkFlag[];
  visit(context: VisitContext, visit: Visit): Steps<Errno | null>;
}

/**
 * KVM's page-table walker, `kvm_pgtable_walk()`, one move at a time: entries in order, each called
 * back for before its children (TABLE_PRE), as a leaf or an invalid entry (LEAF), after its children
 * (TABLE_POST). Source: Linux 6.1, 6.12, 7.2 `hyp/pgtable.c`.
 */
export class PgtableWalk {
  readonly #flags: ReadonlySet<WalkFlag>;
  readonly #tables: Stage2Table[] = [];
  #addr: number;
  #context: VisitContext | null = null;
  #visit: Visit | null = null;

  /** @param base for tables that are linked nowhere: where they will be */
  constructor(
    readonly task: Stage2Task,
    readonly walker: Walker,
    readonly start: number,
    readonly end: number,
    readonly base = 0,
  ) {
    this.#flags = flagsOn(task.machine.setup.walker, walker.flags);
    this.#addr = start;
  }

  /** Where it stands; `null`: it has not begun. */
  state(): VisitState | null {
    const { geometry } = this.task.machine;
    const context = this.#context;
    if (!context) return null;
    const covered = geometry.alignDown(context.addr, context.level) + this.base;
    return new VisitState(context, this.#visit, this.#tables, geometry.frame(covered));
  }

  /** The whole tree: the root's tables one after another. */
  *run(): Steps<Errno | null> {
    const { geometry, tables } = this.task.machine;
    if (this.start > geometry.endAddress || this.end > geometry.endAddress) return 'ERANGE';
    for (let page = geometry.rootPage(this.#addr); this.#addr < this.end; page++) {
      const error = yield* this.#walkTable(tables.root[page]!, 'walk');
      if (error) return error;
    }
    return null;
  }

  /** A table that is linked nowhere, and what is below it. */
  *runIn(table: Stage2Table): Steps<Errno | null> {
    return yield* this.#walkTable(table, 'walk');
  }

  *#walkTable(table: Stage2Table, move: 'walk' | 'down'): Steps<Errno | null> {
    const { geometry, tables } = this.task.machine;
    this.#tables.push(table);
    let kind: 'walk' | 'down' | 'side' = move;
    const first = geometry.index(this.#addr, table.level);
    for (let index = first; index < table.entries && this.#addr < this.end; index++) {
      this.#context = this.#contextAt(table, index, tables.entry(table, index));
      this.#visit = null;
      yield this.task.at(kind);
      kind = 'side';
      const error = yield* this.#visitEntry(this.#context);
      if (error) return error;
    }
    this.#tables.pop();
    return null;
  }

  *#visitEntry(read: VisitContext): Steps<Errno | null> {
    const { descriptors, setup, geometry } = this.task.machine;
    const { level } = read;
    const wasTable = descriptors.isTable(read.old, level);
    const asked: Visit = wasTable ? 'TABLE_PRE' : 'LEAF';
    let context = read;
    if (this.#flags.has(asked)) {
      const error = yield* this.#call(context, asked);
      if (!wasTable || setup.walker.rereadsAfterPre) context = yield* this.#reread(context);
      if (endsWalk(setup.walker, this.#flags, error)) return error;
    }
    if (!descriptors.isTable(context.old, level)) {
      this.#addr = geometry.alignDown(this.#addr, level) + geometry.size(level);
      return null;
    }
    const error = yield* this.#walkBelow(context);
    if (error) return error;
    if (!this.#flags.has('TABLE_POST')) return null;
    const last = yield* this.#call(context, 'TABLE_POST');
    return endsWalk(setup.walker, this.#flags, last) ? last : null;
  }

  *#walkBelow(context: VisitContext): Steps<Errno | null> {
    const { descriptors, tables } = this.task.machine;
    const child = tables.get(descriptors.address(context.old));
    if (!child) return yield* this.task.stopAtUnknown(descriptors.address(context.old));
    const error = yield* this.#walkTable(child, 'down');
    if (error) return error;
    this.#context = context;
    this.#visit = null;
    yield this.task.at('up');
    return null;
  }

  *#call(context: VisitContext, visit: Visit): Steps<Errno | null> {
    this.#context = context;
    this.#visit = visit;
    yield this.task.at('visit');
    return yield* this.walker.visit(context, visit);
  }

  /** The entry again: a walk goes down into a table that its own callback put there. */
  *#reread(context: VisitContext): Steps<VisitContext> {
    const old = this.task.machine.tables.entry(context.table, context.index);
    if (old === context.old) return context;
    const again = { ...context, old };
    this.#context = again;
    yield this.task.at('reread');
    return again;
  }

  #contextAt(table: Stage2Table, index: number, old: bigint): VisitContext {
    return {
      table,
      index,
      old,
      start: this.start,
      addr: this.#addr,
      end: this.end,
      level: table.level,
      flags: this.#flags,
      base: this.base,
    };
  }
}

/** Walks [address, address + bytes), rounded outwards to whole pages. */
export function* walkRange(
  task: Stage2Task,
  walker: Walker,
  address: number,
  bytes: number,
): Steps<Errno | null> {
  const { machine } = task;
  const { pageBytes } = machine.geometry;
  const start = address - (address % pageBytes);
  const end = Math.ceil((start + bytes) / pageBytes) * pageBytes;
  const walk = new PgtableWalk(task, walker, start, end);
  const shared = flagsOn(machine.setup.walker, walker.flags).has('SHARED');
  const outer = task.walking;
  task.walking = walk;
  if (shared) machine.journal.assign(machine.state, 'readers', machine.state.readers + 1);
  const error = yield* walk.run();
  if (shared) machine.journal.assign(machine.state, 'readers', machine.state.readers - 1);
  if (machine.state.readers === 0) machine.tables.freeQueued();
  yield task.at('end');
  task.walking = outer;
  return error;
}
