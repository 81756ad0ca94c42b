import type { SimEvent } from '../event-log';
import type { Session } from '../session';
import type { StepRecord } from '../step-log';
import type { World } from '../world';
import { changedEntries } from './changed-entries';
import { controlsOf, stepsToCome } from './controls';
import { eventTexts } from './event-words';
import type {
  Control,
  CounterRow,
  Direction,
  EventRow,
  FieldRow,
  MachineView,
  RowExplanation,
  RunGoal,
  Status,
  TreeRow,
  WalkerMove,
} from './machine-view';
import { moveWords } from './move-words';
import { parseRowId, rowId } from './row-id';

/** A counter as a machine has it now. */
export type CounterNow = Omit<CounterRow, 'was'>;
/** A field as the walker has it now. */
export interface FieldNow extends Omit<FieldRow, 'was' | 'children'> {
  readonly children: readonly FieldNow[];
}

/** What {@link MachineView.remember} keeps. */
interface Moment {
  readonly position: number;
  /** How many events there were. */
  readonly events: number;
  readonly counters: ReadonlyMap<string, number>;
  readonly fields: ReadonlyMap<string, string>;
}

/** The last move in which a walker moved. */
interface WalkerAt {
  readonly record: StepRecord;
  readonly move: number;
}

const walkerMoves = new Set<string>(['down', 'side', 'up', 'restart', 'end']);
/** So far back changes are still looked for after steps back. */
const longestWayBack = 100_000;

/**
 * What all machines' views have in common: history, events, counters and controls come from the
 * session; a kind of machine adds its tree, its walker and its counters.
 */
export abstract class SessionView<Machine extends World> implements MachineView {
  abstract readonly walkerTitle: string;
  abstract readonly goal: RunGoal;
  #before: Moment | null = null;
  #changed: { events: number; entries: ReturnType<typeof changedEntries> } | null = null;
  #walker: { position: number; last: WalkerAt | null } | null = null;

  constructor(protected readonly session: Session<Machine>) {}

  abstract roots(): TreeRow[];
  abstract children(id: string): TreeRow[];
  abstract row(id: string): TreeRow | null;
  abstract explain(id: string): RowExplanation | null;
  abstract place(): string | null;
  abstract isAt(address: number): boolean;
  protected abstract countersNow(): CounterNow[];
  protected abstract fieldsNow(): FieldNow[];
  /** The row an event is about; `null`: none, or not there now. */
  protected abstract rowOfEvent(event: SimEvent): string | null;
  /** Why the walker cannot make a step from here, as far as its own place tells. */
  protected abstract stepReason(direction: Direction, at: StepRecord): string | null;
  /** What follows the words of a walker's move: where it came to. */
  protected abstract placeWords(record: StepRecord): string;

  protected get machine(): Machine {
    return this.session.machine;
  }

  parentOf(id: string): string | null {
    const place = parseRowId(id);
    if (!place || place.indices.length === 0) return null;
    return rowId({ top: place.top, indices: place.indices.slice(0, -1), run: false });
  }

  path(): readonly string[] {
    const way: string[] = [];
    for (let id = this.place(); id !== null; id = this.parentOf(id)) way.unshift(id);
    return way;
  }

  fields(): FieldRow[] {
    const before = this.#before?.fields;
    const withChange = (field: FieldNow, prefix: string): FieldRow => {
      const name = `${prefix}${field.name}`;
      const was = before?.get(name);
      return {
        ...field,
        was: was === undefined || was === field.value ? null : was,
        children: field.children.map((child) => withChange(child, `${name}.`)),
      };
    };
    return this.fieldsNow().map((field) => withChange(field, ''));
  }

  counters(): CounterRow[] {
    const before = this.#before?.counters;
    return this.countersNow().map((counter) => {
      const was = before?.get(counter.name);
      return { ...counter, was: was === undefined || was === counter.value ? null : was };
    });
  }

  events(from: number, count: number): { total: number; rows: EventRow[] } {
    const { events } = this.machine;
    const rows: EventRow[] = [];
    for (let at = events.length - 1 - from; at >= 0 && rows.length < count; at--) {
      const event = events.at(at)!;
      const texts = eventTexts(event, this.operationTitle(event.text ?? ''));
      const { number } = event;
      rows.push({ number, move: this.#moveOf(at), ...texts, rowId: this.rowOfEvent(event) });
    }
    return { total: events.length, rows };
  }

  controls(): Control[] {
    const { session } = this;
    return controlsOf(session, (direction) => {
      if (!session.underWay) return 'no walk is under way';
      const at = this.lastWalk();
      if (!at) return 'the walk has not begun yet';
      if (at.kind === 'end') return 'the walk is over';
      return this.stepReason(direction, at);
    });
  }

  status(): Status {
    const { session } = this;
    const step = session.currentStep === null ? undefined : session.script[session.currentStep];
    const { last } = session;
    return {
      position: session.position,
      known: session.known,
      operation: step ? this.operationTitle(step.operation.name) : null,
      note: step?.note ?? '',
      underWay: session.underWay,
      toCome: stepsToCome(session),
      move: last ? `${moveWords[last.kind]}${this.placeWords(last)}` : null,
      stop: session.machine.stopped,
    };
  }

  remember(): void {
    const fields = new Map<string, string>();
    const keep = (field: FieldNow, prefix: string): void => {
      fields.set(`${prefix}${field.name}`, field.value);
      for (const child of field.children) keep(child, `${prefix}${field.name}.`);
    };
    for (const field of this.fieldsNow()) keep(field, '');
    this.#before = {
      position: this.session.position,
      events: this.machine.events.length,
      counters: new Map(this.countersNow().map(({ name, value }) => [name, value])),
      fields,
    };
    this.#changed = null;
  }

  walkerMove(): WalkerMove | null {
    const { last } = this.session;
    const level = last?.iter?.level ?? last?.walker?.level;
    if (!last || level === undefined || !walkerMoves.has(last.kind)) return null;
    return { to: last.kind as WalkerMove['to'], level };
  }

  /** Entries that were written since what is remembered, by their table's address. */
  protected changed(): ReadonlyMap<number, ReadonlySet<number>> {
    const events = this.machine.events.length;
    if (this.#changed?.events !== events) {
      this.#changed = { events, entries: this.#changesSince(this.#before) };
    }
    return this.#changed.entries;
  }

  /** The last move in which a walker moved, of whichever operation; it is shown after its end, too. */
  protected lastWalker(): StepRecord | null {
    return this.#lastMoved()?.record ?? null;
  }

  /** The last move of a walker in the operation that is under way or was last. */
  protected lastWalk(): StepRecord | null {
    const last = this.#lastMoved();
    return last && last.move > this.session.currentBegan! ? last.record : null;
  }

  /** An operation's title; the name itself where there is none of that name. */
  protected operationTitle(text: string): string {
    const [, prefix, name] = /^(another CPU: )?(.*)$/s.exec(text)!;
    const offer = this.session.scenario.plan.offers().find(({ info }) => info.name === name);
    return `${prefix ?? ''}${offer?.info.title ?? name!}`;
  }

  #lastMoved(): WalkerAt | null {
    const { session } = this;
    const { position } = session;
    const known = this.#walker;
    if (known?.position === position) return known.last;
    let last: WalkerAt | null = null;
    for (let move = position; move > 0 && !last; move--) {
      // Most often the view moved on by a few moves only.
      if (known?.position === move) {
        ({ last } = known);
        break;
      }
      const record = session.record(move)!;
      if (record.iter !== null || record.walker !== null) last = { record, move };
    }
    this.#walker = { position, last };
    return last;
  }

  #changesSince(before: Moment | null): ReturnType<typeof changedEntries> {
    const { session } = this;
    const now = session.position;
    if (!before || before.position > session.known) return new Map();
    if (before.position <= now) return changedEntries(session.machine, before.events);
    if (before.position - now > longestWayBack) return new Map();
    // Steps back: what they took away is what the steps forward did.
    const events = session.eventsAfter(now);
    session.goTo(before.position);
    const changed = changedEntries(session.machine, events);
    session.goTo(now);
    return changed;
  }

  /** The move that set off the event of that place. */
  #moveOf(event: number): number {
    const { session } = this;
    let [low, high] = [0, session.position];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (session.eventsAfter(middle) > event) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
