import { bitField } from '../word';
import type { DecodedField } from './decoded-entry';
import type { FieldSpec } from './format';

/** Fields with their values in one entry. */
export function readFields(specs: readonly FieldSpec[], value: bigint): DecodedField[] {
  return specs.map((spec) => {
    const fieldValue = bitField(value, spec.high, spec.low);
    return {
      name: spec.name,
      high: spec.high,
      low: spec.low,
      value: fieldValue,
      meaning: spec.meaning(fieldValue),
      role: spec.role,
      source: spec.source,
    };
  });
}
