import type { FieldSpec } from '../paging/format';
import type { DecodeProblem, DecodeRequest } from './decode-request';

/** One way an entry's bits can be laid out: what may be set by name. */
export interface FieldShape {
  /** `leaf`, `table`, `mmio`, `absent` … */
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  /** The value before any field is set: the marks of the shape itself. */
  readonly base: bigint;
}

/** Where an entry stands, without the entry. */
export type EntryPlace = Omit<DecodeRequest, 'value' | 'basis'>;

/** The shapes entries of one place can have, the likeliest first. */
export type ShapeProvider = (place: EntryPlace) => readonly FieldShape[] | DecodeProblem;
