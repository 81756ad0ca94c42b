import { highHalf, lowHalf } from '../word';
import type { CpuConfig } from './cpu';
import type { CompiledFormat, HardwareKind, LevelRule, PagingFormat, Permissions } from './format';

/** The masks of one kind of entry (table or leaf) as whole words. */
export interface EntryMasks {
  readonly address: bigint;
  readonly reserved?: bigint;
  /** Bit map over the values of bits 5:0 that are malformed. */
  readonly bad?: bigint;
  /** Bits that grant a right; a bit outside the mask takes nothing away. */
  readonly grants?: bigint;
  /** Bits that take a right away. */
  readonly denies?: bigint;
}

/** One level of a format in whole words: what {@link levelRule} cuts into halves. */
export interface LevelMasks {
  readonly level: number;
  readonly shift: number;
  readonly indexBits: number;
  readonly present: bigint;
  /** When a present entry is a leaf: always, never, or when `value & mask` says so. */
  readonly leafWhen: 'always' | 'never' | { readonly mask: number; readonly value: number };
  readonly table: EntryMasks;
  readonly leaf: EntryMasks;
  readonly scattered?: (lo: number, hi: number, leaf: boolean) => number;
}

const leafTests = {
  always: { mask: 0, value: 0 },
  never: { mask: 0, value: 1 },
} as const;

/** A level's rule as hot loops read it. */
export function levelRule(masks: LevelMasks): LevelRule {
  const { table, leaf, leafWhen } = masks;
  const test = typeof leafWhen === 'string' ? leafTests[leafWhen] : leafWhen;
  return {
    level: masks.level,
    shift: masks.shift,
    indexBits: masks.indexBits,
    presentLo: lowHalf(masks.present),
    presentHi: highHalf(masks.present),
    leafMask: test.mask,
    leafValue: test.value,
    tableAddressLo: lowHalf(table.address),
    tableAddressHi: highHalf(table.address),
    leafAddressLo: lowHalf(leaf.address),
    leafAddressHi: highHalf(leaf.address),
    tableReservedLo: lowHalf(table.reserved ?? 0n),
    tableReservedHi: highHalf(table.reserved ?? 0n),
    leafReservedLo: lowHalf(leaf.reserved ?? 0n),
    leafReservedHi: highHalf(leaf.reserved ?? 0n),
    tableBadLo: lowHalf(table.bad ?? 0n),
    tableBadHi: highHalf(table.bad ?? 0n),
    leafBadLo: lowHalf(leaf.bad ?? 0n),
    leafBadHi: highHalf(leaf.bad ?? 0n),
    tableAndLo: lowHalf(table.grants ?? 0n),
    tableAndHi: highHalf(table.grants ?? 0n),
    leafAndLo: lowHalf(leaf.grants ?? 0n),
    leafAndHi: highHalf(leaf.grants ?? 0n),
    tableOrLo: lowHalf(table.denies ?? 0n),
    tableOrHi: highHalf(table.denies ?? 0n),
    leafOrLo: lowHalf(leaf.denies ?? 0n),
    leafOrHi: highHalf(leaf.denies ?? 0n),
    ...(masks.scattered ? { scattered: masks.scattered } : {}),
  };
}

/** Whether a present entry points at a table or maps a page, well-formed or not. */
export function entryShape(rule: LevelRule, lo: number): 'table' | 'leaf' {
  return (lo & rule.leafMask) === rule.leafValue ? 'leaf' : 'table';
}

/** What the hardware makes of an entry of this level. */
export function hardwareKind(rule: LevelRule, lo: number, hi: number): HardwareKind {
  if (((lo & rule.presentLo) | (hi & rule.presentHi)) === 0) return 'none';
  const leaf = (lo & rule.leafMask) === rule.leafValue;
  const reserved = leaf
    ? (lo & rule.leafReservedLo) | (hi & rule.leafReservedHi)
    : (lo & rule.tableReservedLo) | (hi & rule.tableReservedHi);
  if (reserved !== 0) return 'malformed';
  const combination = lo & 0x3f;
  const bad = leaf
    ? combination < 32
      ? rule.leafBadLo
      : rule.leafBadHi
    : combination < 32
      ? rule.tableBadLo
      : rule.tableBadHi;
  if ((bad >>> (combination & 31)) & 1) return 'malformed';
  return leaf ? 'leaf' : 'table';
}

/** An entry's own rights; a bit that grants nothing at its level takes nothing away. */
export function entryPermissions(
  format: PagingFormat,
  rule: LevelRule,
  lo: number,
  hi: number,
  cpu: CpuConfig,
): Permissions {
  return entryShape(rule, lo) === 'leaf'
    ? format.permissions(
        lo | ~rule.leafAndLo,
        hi | ~rule.leafAndHi,
        lo & rule.leafOrLo,
        hi & rule.leafOrHi,
        cpu,
      )
    : format.permissions(
        lo | ~rule.tableAndLo,
        hi | ~rule.tableAndHi,
        lo & rule.tableOrLo,
        hi & rule.tableOrHi,
        cpu,
      );
}

/** The rule of a level; `undefined` where the format has no such level. */
export function ruleOfLevel(compiled: CompiledFormat, level: number): LevelRule | undefined {
  return compiled.rules[level - 1];
}
