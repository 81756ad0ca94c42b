import type { Severity } from '../paging/decoded-entry';

/** Something wrong or worth knowing about one entry of a tree, or about neighbours alike. */
export interface AuditFinding {
  /** Stable, kebab-case; documented in docs/findings.md. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly level: number;
  /** Byte address of the table. */
  readonly table: bigint;
  readonly index: number;
  /** So many entries from `index` on: what is said of one holds for all. */
  readonly count: number;
  /** Entries that this finding stands for: `count`, or those of the whole tree. */
  readonly standsFor: number;
  readonly entryAddress: bigint;
  readonly entry: bigint;
  /** First input address that the entry translates, in canonical form. */
  readonly input: bigint;
  /** Bits of the entry that are meant, highest first; empty: the whole. */
  readonly bits: readonly number[];
  /** Byte address of another entry that has a part in it. */
  readonly other: bigint | null;
}

/** What an audit of a tree of tables found. */
export interface AuditReport {
  readonly tables: number;
  /** Entries read, and leaves among them that the CPU would use. */
  readonly entries: number;
  readonly leaves: number;
  /** How many entries each code was said of, the listed ones included. */
  readonly counts: ReadonlyMap<string, number>;
  /** By place from the root down; of each code a limited number. */
  readonly findings: readonly AuditFinding[];
  /** Entries of so many different patterns that not all were examined; 0: all were. */
  readonly unexamined: number;
  /** Aliases were not looked for beyond so many leaves, or tables were left out. */
  readonly incomplete: boolean;
}
