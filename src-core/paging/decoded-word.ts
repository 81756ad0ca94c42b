import type { DecodedField, Facts, Finding } from './decoded-entry';

/**
 * A word that is no table entry: a control register, an error code, an exit's qualification, a
 * syndrome, a role. Rendered like an entry: the answer, then every bit.
 */
export interface DecodedWord {
  readonly value: bigint;
  /** The name the word is asked for by, e.g. `cr3`, `exit-qualification`, `esr`. */
  readonly name: string;
  /** What a person calls it. */
  readonly title: string;
  /** The answer in one sentence. */
  readonly summary: string;
  /** All bits of the word exactly once, highest first. */
  readonly fields: readonly DecodedField[];
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}
