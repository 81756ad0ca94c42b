import { type DecodedField, formatWord } from '../../src-core/index';

import { code, type Line, type Table } from './answer';

/** A field's bits as a person writes them: `51:12`, `58`. */
export function bitsText(field: { readonly high: number; readonly low: number }): string {
  return field.high === field.low ? String(field.high) : `${field.high}:${field.low}`;
}

/** The fields that say something, as a table of bits, field, value and meaning. */
export function fieldTable(fields: readonly DecodedField[]): Table {
  return {
    head: [['bits'], ['field'], ['value'], []],
    rows: fields
      .filter(saysSomething)
      .map((field) => [[bitsText(field)], [plainName(field)], valueLine(field), [field.meaning]]),
  };
}

/** Every bit once, on one line. */
export function everyBit(fields: readonly DecodedField[]): Line {
  const parts = fields.map(
    (field) => `${bitsText(field)} ${plainName(field)} ${fieldValue(field)}`,
  );
  return ['Every bit: ', parts.join(' · ')];
}

/** A field's name; runs without a name of their own are named by their bits, which stand beside. */
function plainName({ name }: DecodedField): string {
  return name.replace(/\[.*\]$/, '');
}

/** A field's value: a digit or two as a number, anything longer as a word. */
export function fieldValue(field: DecodedField): string {
  return field.value < 10n ? String(field.value) : formatWord(field.value);
}

function valueLine(field: DecodedField): Line {
  return field.value < 10n ? [String(field.value)] : [code(formatWord(field.value))];
}

/** Reserved and ignored bits speak only when set; the rest when set, or when clear means something. */
function saysSomething(field: DecodedField): boolean {
  if (field.value !== 0n) return true;
  return field.role !== 'ignored' && field.role !== 'reserved' && field.meaning !== '';
}
