import type { EntryFormatName } from '../../paging/entry-format';

/** What a value of a log line is. */
export type LogFieldRole =
  | 'spte'
  | 'old-spte'
  | 'new-spte'
  | 'mask'
  | 'gfn'
  | 'pfn'
  | 'level'
  | 'gpa'
  | 'gva'
  | 'entry-address'
  | 'generation'
  | 'access'
  | 'error-code'
  | 'count'
  | 'flag'
  | 'pointer'
  | 'text';

/** How a value is written. `hex` may have `0x` before it. */
export type LogFieldForm = 'hex' | 'decimal' | 'text';

export interface LogFieldSpec {
  readonly role: LogFieldRole;
  readonly form: LogFieldForm;
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

/** One printed form of an event. */
export interface LogForm {
  /** As the kernel's format string, with `{name}` for each value: blanks stand for one or more. */
  readonly text: string;
  readonly fields: Readonly<Record<string, LogFieldSpec>>;
  readonly hints: LogHints;
}

/** One event or message; a family of them is one file, and a line in the registry. */
export interface LogEventSpec {
  /** The name before the colon in a trace, or the function's in a message. */
  readonly name: string;
  /** What happened, for a person. */
  readonly title: string;
  /** The line begins with this instead of `name:`. */
  readonly opening?: string;
  /** Forms tried in order. */
  readonly forms: readonly LogForm[];
}

export interface LogFamily {
  readonly name: string;
  readonly events: readonly LogEventSpec[];
}
