import { type EventFacts, type EventKind, EventLog } from './event-log';
import { Journal } from './journal';
import { MmuLock } from './mmu-lock';

/** Why a machine cannot go on until it is stepped back. */
export interface MachineStop {
  /** `bug`: the kernel would stop; `unknown`: a table that the machine does not hold. */
  readonly kind: 'bug' | 'unknown';
  readonly text: string;
}

/** Members that change in every machine; apart so that the journal can change them back. */
export interface WorldState {
  stop: MachineStop | null;
  /** Somebody wants the CPU: the next walk that may yield does. */
  rescheduleDue: boolean;
}

/** What a run tells at its end, by the command line's names. */
export interface WorldReport {
  readonly counters: Readonly<Record<string, number>>;
  /** What else there is to say, as members of the JSON answer. */
  readonly more: Readonly<Record<string, unknown>>;
}

/**
 * A simulated machine of any kind, as far as engine and history need it: all its changes go through
 * its journal, all that happens is an event, and a lock keeps its CPUs apart.
 */
export abstract class World {
  readonly journal: Journal;
  readonly events = new EventLog();
  readonly lock: MmuLock;
  abstract readonly state: WorldState;

  /** @param keepsHistory false for long runs that never go back */
  constructor(keepsHistory: boolean) {
    this.journal = new Journal(keepsHistory);
    this.lock = new MmuLock(this.journal);
  }

  abstract report(): WorldReport;

  /** The caches of translations that all CPUs have are emptied: the machine counts it. */
  abstract countFlush(): void;

  note(kind: EventKind, facts: EventFacts = {}): void {
    this.events.add(kind, facts);
  }

  /** The kernel WARNs, and goes on. */
  warn(text: string, facts: EventFacts = {}): void {
    this.note('warn', { ...facts, text });
  }

  /** Nothing goes on from here but back. */
  stop(kind: MachineStop['kind'], text: string, facts: EventFacts = {}): void {
    this.note(kind === 'bug' ? 'bug' : 'unknown-table', { ...facts, text });
    this.journal.assign(this.state, 'stop', { kind, text });
  }

  get stopped(): MachineStop | null {
    return this.state.stop;
  }
}
