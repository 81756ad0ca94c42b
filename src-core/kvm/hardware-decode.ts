import type { CpuConfig } from '../paging/cpu';
import type { DecodedEntry, DecodedField, EntryKind, Facts } from '../paging/decoded-entry';
import { readFields } from '../paging/entry-fields';
import { findEntryFormat } from '../paging/entry-format';
import type { CompiledFormat, FieldSpec, LevelRule, Permissions } from '../paging/format';
import { entryPermissions, entryShape, hardwareKind, ruleOfLevel } from '../paging/level-rule';
import { hardwareFormat } from '../paging/registry';
import { highHalf, joinHalves, lowHalf } from '../word';
import { malformedConsequence, reservedFindings } from './spte-findings';

/** Formats of a guest's or host's own tables: KVM has no part in them. */
export type GuestFormatName = 'guest64' | 'guest-pae' | 'guest32';

export type HardwareShape = 'leaf' | 'table' | 'absent';

/** The tables these entries stand in, deep enough for the level. */
function compiledFor(format: GuestFormatName, level: number, cpu: CpuConfig): CompiledFormat {
  const hardware = hardwareFormat(findEntryFormat(format)!.hardware);
  return hardware.compile({ levels: Math.max(level, hardware.levelCounts[0]!), cpu });
}

/** The fields of a shape. */
export function guestFieldSpecs(
  format: GuestFormatName,
  shape: HardwareShape,
  level: number,
  cpu: CpuConfig,
): readonly FieldSpec[] {
  const hardware = hardwareFormat(findEntryFormat(format)!.hardware);
  return hardware.fields(shape === 'absent' ? 'none' : shape, level, cpu);
}

/** Facts that are a field's value, by the field's name. */
const flagFacts: Readonly<Record<string, string>> = {
  'write-through': 'pwt',
  'cache-disable': 'pcd',
  PAT: 'pat',
  global: 'global',
  accessed: 'accessed',
  dirty: 'dirty',
};

function fieldFacts(fields: readonly DecodedField[]): Facts {
  const facts: Record<string, boolean | number> = {};
  for (const field of fields) {
    const fact = flagFacts[field.name];
    if (fact !== undefined) facts[fact] = field.value !== 0n;
    if (field.name === 'protection-key') facts['protection_key'] = Number(field.value);
  }
  return facts;
}

function pageBytes(rule: LevelRule): number {
  return 2 ** rule.shift;
}

function addressOf(rule: LevelRule, value: bigint, leaf: boolean): bigint {
  const lo = lowHalf(value);
  const hi = highHalf(value);
  if (rule.scattered) return BigInt(rule.scattered(lo, hi, leaf));
  return leaf
    ? joinHalves(lo & rule.leafAddressLo, hi & rule.leafAddressHi)
    : joinHalves(lo & rule.tableAddressLo, hi & rule.tableAddressHi);
}

function reservedBits(rule: LevelRule, value: bigint, leaf: boolean): bigint {
  const mask = leaf
    ? joinHalves(rule.leafReservedLo, rule.leafReservedHi)
    : joinHalves(rule.tableReservedLo, rule.tableReservedHi);
  return value & mask;
}

function permissionFacts(permissions: Permissions): Facts {
  return {
    r: permissions.read,
    w: permissions.write,
    u: permissions.user,
    x: permissions.execute,
  };
}

/** Decodes an entry of tables that only the CPU defines. */
export function decodeGuestEntry(
  format: GuestFormatName,
  value: bigint,
  level: number,
  cpu: CpuConfig,
): Omit<DecodedEntry, 'basis' | 'kernel'> {
  const compiled = compiledFor(format, level, cpu);
  const rule = ruleOfLevel(compiled, level)!;
  const lo = lowHalf(value);
  const present = hardwareKind(rule, lo, highHalf(value)) !== 'none';
  const shape: HardwareShape = present ? entryShape(rule, lo) : 'absent';
  const leaf = shape === 'leaf';
  const kind: EntryKind = shape === 'absent' ? (value === 0n ? 'empty' : 'not-present') : shape;
  const fields = readFields(guestFieldSpecs(format, shape, level, cpu), value);
  const common = { value, format, level, layout: null, kind, predicates: null, fields };
  if (!present) {
    return {
      ...common,
      pageSize: null,
      address: null,
      permissions: null,
      facts: { kind },
      findings: [],
    };
  }
  const address = addressOf(rule, value, leaf);
  const permissions = entryPermissions(compiled.format, rule, lo, highHalf(value), cpu);
  const reserved = reservedBits(rule, value, leaf);
  const consequence = malformedConsequence[compiled.format.name]!;
  const width = cpu.maxPhysBits ?? null;
  return {
    ...common,
    pageSize: leaf ? pageBytes(rule) : null,
    address,
    permissions,
    facts: {
      kind,
      ...(leaf
        ? { pfn: address >> 12n, pa: address, page_size: pageBytes(rule) }
        : { table_pfn: address >> 12n }),
      perms: permissionFacts(permissions),
      ...fieldFacts(fields),
      rsvd_bits: reserved,
    },
    findings: reservedFindings(reserved, level, leaf, width, consequence, ''),
  };
}
