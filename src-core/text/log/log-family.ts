import type { EntryFormatName } from '../../paging/entry-format';

/** What a value of a log line is. */
export type LogFieldRole =
  | 'spte'
  | 'old-spte'
  | 'new-spte'
  | 'pte'
  | 'mask'
  | 'gfn'
  | 'pfn'
  | 'level'
  | 'gpa'
  | 'hpa'
  | 'gva'
  | 'hva'
  | 'size'
  | 'entry-address'
  | 'root'
  | 'register'
  | 'role'
  | 'generation'
  | 'access'
  | 'error-code'
  | 'exit-info'
  | 'count'
  | 'flag'
  | 'pointer'
  | 'text';

/**
 * How a value is written. `hex` may have `0x` before it; `token` has no blank; `text` ends before
 * what follows it in the form; `rest` is the rest of the line; a list: one of these words.
 */
export type LogFieldForm = 'hex' | 'decimal' | 'token' | 'text' | 'rest' | readonly string[];

export interface LogFieldSpec {
  readonly role: LogFieldRole;
  readonly form: LogFieldForm;
  /** Of an entry whose name tells its level, as KVM counts (`PMD`: 2). */
  readonly level?: number;
}

/** What a line says about the kernel that printed it; versions as `6.1`, `null`: open. */
export interface LogHints {
  readonly since: string | null;
  readonly until: string | null;
  /** Formats the entry may have; empty: the line does not tell. */
  readonly formats: readonly EntryFormatName[];
  /** One sentence: what in the line says so, and where that is from. */
  readonly why: string;
}

/** A value of a form that names a root table. */
export interface LogRootSpec {
  /** The field that holds it. */
  readonly field: string;
  /** Whose tables: KVM's for a guest, the guest's own, or the host's. */
  readonly owner: 'kvm' | 'guest' | 'host';
  /** A register's value has flags beside the address; an address has none. */
  readonly holds: 'address' | 'eptp' | 'cr3';
  readonly formats: readonly EntryFormatName[];
  /** The field with the number of levels, where the line tells. */
  readonly levels?: string;
}

/** One printed form of an event. */
export interface LogForm {
  /**
   * As the kernel's format string, with `{name}` for each value: blanks stand for one or more, and
   * what stands between `[?` and `?]` may be missing.
   */
  readonly text: string;
  readonly fields: Readonly<Record<string, LogFieldSpec>>;
  readonly hints: LogHints;
  readonly roots?: readonly LogRootSpec[];
  /** What stands before the name or opening and belongs to the event, written like `text`. */
  readonly before?: string;
}

/** One event or message; a family of them is one file, and a line in the registry. */
export interface LogEventSpec {
  /** The name before the colon in a trace, or the function's in a message. */
  readonly name: string;
  /** What happened, for a person. */
  readonly title: string;
  /**
   * The line, or its part after `NAME: `, begins with one of these instead of `name:`. A blank
   * stands for one or more, `%` for hexadecimal digits. The forms' texts go on behind an opening
   * without `%`; one with `%` is only looked at, and they begin with it.
   */
  readonly opening?: string | readonly string[];
  /** Forms tried in order. */
  readonly forms: readonly LogForm[];
  /** The line goes on what a line of one of these events, a few lines above, began. */
  readonly partOf?: readonly string[];
}

export interface LogFamily {
  readonly name: string;
  readonly events: readonly LogEventSpec[];
}

/** Openings of an event; none: it is found by its name. */
export function openingsOf({ opening }: LogEventSpec): readonly string[] {
  if (opening === undefined) return [];
  return typeof opening === 'string' ? [opening] : opening;
}
