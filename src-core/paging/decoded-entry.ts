import type { EntryFormatName } from './entry-format';
import type { FieldRole, Permissions } from './format';

/** Where a format or kernel came from. */
export type BasisKind = 'given' | 'detected' | 'assumed';

export interface Basis {
  readonly format: BasisKind;
  readonly kernel: BasisKind;
  /** One sentence: the evidence, or what was assumed and why it matters. */
  readonly why: string;
}

export type Severity = 'error' | 'warning' | 'info';

/** Something wrong or worth knowing about an entry or a walk. */
export interface Finding {
  /** Stable, kebab-case; documented in docs/findings.md. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, what the CPU or KVM does about it, and where the rule is from. */
  readonly message: string;
  readonly bits: readonly number[];
}

/** One run of bits with its value in this entry. */
export interface DecodedField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: bigint;
  readonly meaning: string;
  readonly role: FieldRole;
  readonly source: string;
}

/** KVM's view (or for pure hardware formats the CPU's): names as in `facts/x86-spte-vectors.json`. */
export type EntryKind =
  | 'leaf'
  | 'table'
  | 'mmio'
  | 'removed'
  | 'frozen'
  | 'disconnected'
  | 'empty'
  | 'not-present'
  // arm64: names as in `facts/arm64-vectors.json`.
  | 'block'
  | 'page'
  | 'invalid'
  | 'reserved';

/** A value of `facts`: words as bigint (written `0x…` on every wire), the rest as it is. */
export type FactValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | readonly FactValue[]
  | { readonly [name: string]: FactValue };

export type Facts = Readonly<Record<string, FactValue>>;

/** The one answer that hover, inlay hints, CLI JSON and trees all render. */
export interface DecodedEntry {
  readonly value: bigint;
  readonly format: EntryFormatName;
  readonly level: number;
  /** Kernel version as asked or detected; `null`: unknown, or of no matter. */
  readonly kernel: string | null;
  /** Name of the layout row used; `null` where KVM has no part in the format. */
  readonly layout: string | null;
  readonly basis: Basis;
  readonly kind: EntryKind;
  /** Bytes a leaf maps; `null` for anything else. */
  readonly pageSize: number | null;
  /** Byte address of the page or the child table; `null` where there is none. */
  readonly address: bigint | null;
  /** This entry's own rights; `null` where it grants nothing because it is not used by the CPU. */
  readonly permissions: Permissions | null;
  /** Names and meanings of the vector files' `expect`. */
  readonly facts: Facts;
  /** Names of the columns of `golden/spte`; `null` for formats without KVM. */
  readonly predicates: Facts | null;
  /** All bits of the entry exactly once, highest first. */
  readonly fields: readonly DecodedField[];
  readonly findings: readonly Finding[];
}
