import {
  architectureLevel,
  type DecodedEntry,
  type DecodedField,
  type Facts,
  type FactValue,
  type Finding,
  formatWord,
} from '../../src-core/index';

/** What JSON can hold: words are `0x…` strings by now. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A decoded entry in the command line's contract. */
export function entryJson(entry: DecodedEntry): Record<string, Json> {
  return {
    value: formatWord(entry.value),
    format: entry.format,
    level: levelShown(entry.format, entry.level),
    kernel: entry.kernel,
    layout: entry.layout,
    basis: { ...entry.basis },
    kind: entry.kind,
    facts: factsJson(entry.facts),
    predicates: entry.predicates === null ? null : factsJson(entry.predicates),
    fields: entry.fields.map(fieldJson),
    findings: entry.findings.map(findingJson),
  };
}

/** A level as the contract counts it: for arm64 the architecture's number (3: smallest page). */
export function levelShown(format: string, level: number): number {
  return format.startsWith('arm64') ? architectureLevel(level) : level;
}

/** Facts with their words written out. */
export function factsJson(facts: Facts): Record<string, Json> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, factJson(value)]));
}

function factJson(value: FactValue): Json {
  if (typeof value === 'bigint') return formatWord(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(factJson);
  return factsJson(value);
}

function isList(value: FactValue): value is readonly FactValue[] {
  return Array.isArray(value);
}

export function fieldJson(field: DecodedField): Json {
  return {
    name: field.name,
    high: field.high,
    low: field.low,
    value: formatWord(field.value),
    meaning: field.meaning,
    role: field.role,
    source: field.source,
  };
}

export function findingJson(finding: Finding): Json {
  return {
    code: finding.code,
    severity: finding.severity,
    message: finding.message,
    bits: [...finding.bits],
  };
}
