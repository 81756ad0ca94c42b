import type { SpteMasks } from '../kvm/spte-masks';
import type { LogEvent, LogField } from '../text/log/log-event';
import { type ChangeMeaning, changeMeaning } from './change-meaning';
import { type EventSubject, subjectOf } from './event-subject';

/** An entry that an event tells of, before and after. */
export interface ToldEntry {
  readonly level: number | null;
  readonly gfn: bigint | null;
  /** `null`: the event tells the value after alone. */
  readonly old: bigint | null;
  readonly value: bigint;
  /** What became of it; `null`: the level or the value before is not told. */
  readonly change: ChangeMeaning | null;
}

/** What an event means, as data: sentences are made where it is shown. */
export interface EventMeaning {
  readonly event: LogEvent;
  /** The address it is about. */
  readonly subject: EventSubject | null;
  readonly entry: ToldEntry | null;
  /** The event says that nothing was changed: a fast page fault that was not fixed. */
  readonly withoutEffect: boolean;
}

/**
 * What an event means for KVM's tables.
 * @param masks the layout in which its entries are read
 * @param level level of the entry, where something else than the line tells it
 */
export function eventMeaning(event: LogEvent, masks: SpteMasks, level?: number): EventMeaning {
  return {
    event,
    subject: subjectOf(event),
    entry: toldEntry(event, masks, level),
    withoutEffect: event.fields.some(({ name, value }) => name === 'fixed' && value === 0n),
  };
}

function toldEntry(event: LogEvent, masks: SpteMasks, given?: number): ToldEntry | null {
  const old = valueOf(event, 'old-spte');
  const value = valueOf(event, 'new-spte') ?? valueOf(event, 'spte');
  if (value === null) return null;
  const told = valueOf(event, 'level');
  const level = told === null ? (given ?? null) : Number(told);
  return {
    level,
    gfn: valueOf(event, 'gfn'),
    old,
    value,
    change: level === null || old === null ? null : changeMeaning(masks, level, old, value),
  };
}

function valueOf(event: LogEvent, role: LogField['role']): bigint | null {
  return event.fields.find((field) => field.role === role)?.value ?? null;
}
