import { bitField } from '../word';
import type { DecodedField } from './decoded-entry';
import type { FieldRole, FieldSpec } from './format';
import { flagField } from './x86-fields';

/** A table's rows of one source: one bit each, what 1 says and what 0 says (empty: nothing). */
export function flagsOf(source: string) {
  return (name: string, bit: number, whenSet: string, whenClear = ''): FieldSpec =>
    flagField(name, bit, 'attribute', [whenClear, whenSet], source);
}

/** A run of bits of a word. */
export function runField(
  name: string,
  high: number,
  low: number,
  source: string,
  meaning: (value: bigint) => string = () => '',
  role: FieldRole = 'attribute',
): FieldSpec {
  return { name, high, low, role, meaning, source };
}

/** What the bits are that no row of a table names. */
export interface UnnamedBits {
  readonly role: 'ignored' | 'reserved' | 'software';
  readonly source: string;
}

const unnamedMeaning: Readonly<Record<UnnamedBits['role'], string>> = {
  ignored: 'ignored',
  reserved: 'reserved, expected to be 0',
  software: 'not defined',
};

/**
 * Every bit of a word from `topBit` down to 0 exactly once, highest first: the named runs with
 * their meanings, and what lies between them.
 */
export function decodeFields(
  value: bigint,
  topBit: number,
  named: readonly FieldSpec[],
  unnamed: UnnamedBits,
): DecodedField[] {
  const fields: DecodedField[] = [];
  let next = topBit;
  const fillDownTo = (low: number): void => {
    if (next < low) return;
    const rest = bitField(value, next, low);
    fields.push({
      name: unnamed.role,
      high: next,
      low,
      value: rest,
      meaning: rest === 0n ? '' : unnamedMeaning[unnamed.role],
      role: unnamed.role,
      source: unnamed.source,
    });
  };
  for (const spec of [...named].sort((a, b) => b.high - a.high)) {
    fillDownTo(spec.high + 1);
    const part = bitField(value, spec.high, spec.low);
    fields.push({
      name: spec.name,
      high: spec.high,
      low: spec.low,
      value: part,
      meaning: spec.meaning(part),
      role: spec.role,
      source: spec.source,
    });
    next = spec.low - 1;
  }
  fillDownTo(0);
  return fields;
}

/** The names of the fields that are 1, lowest bit first: the short form of an error code. */
export function namesOfSetFlags(fields: readonly DecodedField[]): string[] {
  return fields
    .filter((field) => field.high === field.low && field.value === 1n && field.role === 'attribute')
    .map((field) => field.name)
    .reverse();
}

/** The numbers of the bits that are set where nothing is defined, highest first. */
export function setUnnamedBits(fields: readonly DecodedField[]): number[] {
  const bits: number[] = [];
  for (const field of fields) {
    if (field.role !== 'reserved' && field.role !== 'software') continue;
    for (let bit = field.high; bit >= field.low; bit--) {
      if ((field.value >> BigInt(bit - field.low)) & 1n) bits.push(bit);
    }
  }
  return bits;
}
