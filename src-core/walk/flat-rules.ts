import type { CompiledFormat, LevelRule } from '../paging/format';

/**
 * Rules of all levels as 32-bit numbers in one array, for loops that visit millions of entries:
 * property loads of numbers above 2^31 cost more there than the walk itself.
 */
export const rule = {
  shift: 0,
  indexMask: 1,
  presentLo: 2,
  presentHi: 3,
  leafMask: 4,
  leafValue: 5,
  tableAddressLo: 6,
  tableAddressHi: 7,
  leafAddressLo: 8,
  leafAddressHi: 9,
  tableReservedLo: 10,
  tableReservedHi: 11,
  leafReservedLo: 12,
  leafReservedHi: 13,
  tableBadLo: 14,
  tableBadHi: 15,
  leafBadLo: 16,
  leafBadHi: 17,
  tableAndLo: 18,
  tableAndHi: 19,
  leafAndLo: 20,
  leafAndHi: 21,
  tableOrLo: 22,
  tableOrHi: 23,
  leafOrLo: 24,
  leafOrHi: 25,
  leafNeeded: 26,
} as const;

/** Numbers a level takes: level L begins at `L * ruleStride`. */
export const ruleStride = 32;

type Name = keyof typeof rule;
const names = Object.keys(rule) as Name[];

/** Numbers that a walk does not look at where the check was made when the root was loaded. */
const checks: ReadonlySet<Name> = new Set<Name>([
  'tableReservedLo',
  'tableReservedHi',
  'leafReservedLo',
  'leafReservedHi',
  'tableBadLo',
  'tableBadHi',
  'leafBadLo',
  'leafBadHi',
]);

function valueOf(level: LevelRule, name: Name, ignoreReserved: boolean): number {
  if (name === 'indexMask') return 2 ** level.indexBits - 1;
  if (name === 'leafNeeded') return level.leafNeededLo ?? 0;
  return (ignoreReserved || level.checkedAtLoad === true) && checks.has(name) ? 0 : level[name];
}

/**
 * The rules of a compiled format, level L at `L * ruleStride`.
 * @param ignoreReserved leave the checks out that make an entry malformed
 */
export function flatRules(compiled: CompiledFormat, ignoreReserved: boolean): Int32Array {
  const flat = new Int32Array((compiled.rules.length + 1) * ruleStride);
  for (const level of compiled.rules) {
    for (const name of names)
      flat[level.level * ruleStride + rule[name]] = valueOf(level, name, ignoreReserved);
  }
  return flat;
}

/** Whether bits 5:0 of an entry are a combination that the bit map calls malformed. */
export function isBadCombination(lo: number, badLo: number, badHi: number): boolean {
  return (((lo & 0x20 ? badHi : badLo) >>> (lo & 0x1f)) & 1) !== 0;
}
