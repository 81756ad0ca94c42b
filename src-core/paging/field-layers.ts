import { bitRuns } from './bit-runs';
import type { FieldRole, FieldSpec } from './format';

/** Fields whose name is only their role and where they stand. */
type PlainRole = Extract<FieldRole, 'ignored' | 'reserved'>;

const plainMeanings: Readonly<Record<PlainRole, (value: bigint) => string>> = {
  ignored: () => '',
  reserved: (value) => (value === 0n ? 'must be 0' : 'must be 0: the CPU faults on it'),
};

/** `[6:3]`, `[7]`. */
function range(high: number, low: number): string {
  return high === low ? `[${high}]` : `[${high}:${low}]`;
}

/** A run of bits that has no name of its own. */
export function plainField(role: PlainRole, high: number, low: number, source: string): FieldSpec {
  return {
    name: `${role}${range(high, low)}`,
    high,
    low,
    role,
    meaning: plainMeanings[role],
    source,
  };
}

/** Runs of reserved bits, one field each. */
export function reservedFields(mask: bigint, source: string): FieldSpec[] {
  return bitRuns(mask).map(({ high, low }) => plainField('reserved', high, low, source));
}

/** What is left of a field once other fields were laid over it. */
function remainder(field: FieldSpec, taken: readonly FieldSpec[]): FieldSpec[] {
  const parts: { high: number; low: number }[] = [];
  let open = -1;
  for (let bit = field.high; bit >= field.low; bit--) {
    const free = !taken.some((other) => other.low <= bit && bit <= other.high);
    if (free && open < 0) open = bit;
    if (!free && open >= 0) {
      parts.push({ high: open, low: bit + 1 });
      open = -1;
    }
  }
  if (open >= 0) parts.push({ high: open, low: field.low });
  return parts.map(({ high, low }) => {
    if (high === field.high && low === field.low) return field;
    if (field.role === 'ignored' || field.role === 'reserved') {
      return plainField(field.role, high, low, field.source);
    }
    const moved = BigInt(low - field.low);
    return {
      ...field,
      name: parts.length > 1 ? `${field.name}${range(high, low)}` : field.name,
      high,
      low,
      meaning: (value: bigint) => field.meaning(value << moved),
    };
  });
}

/**
 * Lays fields over others: the upper ones keep their bits, the lower ones keep what is left.
 * A field cut in several parts is named by its bits; its parts mean what their bits mean in the whole.
 * @returns fields highest first; each bit that any layer covers stands in exactly one.
 */
export function layFields(lower: readonly FieldSpec[], upper: readonly FieldSpec[]): FieldSpec[] {
  return [...lower.flatMap((field) => remainder(field, upper)), ...upper].sort(
    (a, b) => b.high - a.high,
  );
}
