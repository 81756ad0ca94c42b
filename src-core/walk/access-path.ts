import { formatWord, highHalf, joinHalves, lowHalf, setBits } from '../word';
import type { CompiledFormat, HardwareKind, LevelRule } from '../paging/format';
import { entryShape, ruleOfLevel } from '../paging/level-rule';
import type { DecidedBy, EntryUpdate } from './access-answer';
import { walkKind } from './walk-kind';
import type { WalkResult } from './walk-result';

/** An entry on the way, as the hardware takes it under the rules of one CPU. */
export interface PathEntry {
  readonly level: number;
  readonly entryAddress: bigint;
  readonly entry: bigint;
  readonly rule: LevelRule;
  readonly kind: HardwareKind;
  /** Points at a table or maps a page, whether well-formed or not. */
  readonly shape: 'table' | 'leaf';
}

/** The entries up to the first that ends the walk. */
export interface AccessPath {
  readonly entries: readonly PathEntry[];
  readonly last: PathEntry | null;
  /** What keeps the answer from being known; `null` where the path is whole. */
  readonly unknown: string | null;
}

/**
 * Reads a walk's steps again under the rules of this format and CPU, which may differ from those
 * the walk was made with (NXE, mode-based execute): the hardware stops at the first entry that is
 * not present, malformed or a leaf.
 */
export function accessPath(walk: WalkResult, compiled: CompiledFormat): AccessPath {
  const entries: PathEntry[] = [];
  for (const step of walk.steps) {
    const rule = ruleOfLevel(compiled, step.level);
    if (step.entry === null || !rule) {
      const where = formatWord(step.entryAddress);
      return {
        entries,
        last: null,
        unknown: rule
          ? `the entry at ${where} is not in the memory given`
          : `${compiled.format.title} of ${compiled.shape.levels} levels has no level ${step.level}`,
      };
    }
    const lo = lowHalf(step.entry);
    const kind = walkKind(rule, lo, highHalf(step.entry));
    const entry = {
      level: step.level,
      entryAddress: step.entryAddress,
      entry: step.entry,
      rule,
      kind,
      shape: entryShape(rule, lo),
    };
    entries.push(entry);
    if (kind !== 'table') return { entries, last: entry, unknown: null };
  }
  const unknown =
    walk.missing === null
      ? `the walk ends at level ${walk.level} (${walk.status}) before a page is reached`
      : `the table at ${formatWord(walk.missing)} is not in the memory given`;
  return { entries, last: null, unknown };
}

/** Bits that all entries grant, of those their level knows; a bit no level knows is 0. */
export function grantedBits(entries: readonly PathEntry[]): bigint {
  let known = 0n;
  let granted = 0xffff_ffff_ffff_ffffn;
  for (const { entry, rule, shape } of entries) {
    const mask =
      shape === 'leaf'
        ? joinHalves(rule.leafAndLo, rule.leafAndHi)
        : joinHalves(rule.tableAndLo, rule.tableAndHi);
    known |= mask;
    granted &= entry | ~mask;
  }
  return granted & known;
}

/** The first entry from the root that does not grant a bit its level knows. */
export function firstWithout(entries: readonly PathEntry[], bit: bigint): PathEntry | undefined {
  return entries.find(({ entry, rule, shape }) => {
    const mask =
      shape === 'leaf'
        ? joinHalves(rule.leafAndLo, rule.leafAndHi)
        : joinHalves(rule.tableAndLo, rule.tableAndHi);
    return (mask & bit) !== 0n && (entry & bit) === 0n;
  });
}

/** The first entry from the root that takes a right away with a bit its level knows. */
export function firstDenying(entries: readonly PathEntry[], bit: bigint): PathEntry | undefined {
  return entries.find(({ entry, rule, shape }) => {
    const mask =
      shape === 'leaf'
        ? joinHalves(rule.leafOrLo, rule.leafOrHi)
        : joinHalves(rule.tableOrLo, rule.tableOrHi);
    return (mask & bit) !== 0n && (entry & bit) !== 0n;
  });
}

/** Reserved bits that are set in an entry. */
export function reservedBitsSet({ entry, rule, shape }: PathEntry): bigint {
  return (
    entry &
    (shape === 'leaf'
      ? joinHalves(rule.leafReservedLo, rule.leafReservedHi)
      : joinHalves(rule.tableReservedLo, rule.tableReservedHi))
  );
}

/** Names an entry as the one that decides, with the bits that do. */
export function decidedBy(entry: PathEntry, bits: bigint, why: string): DecidedBy {
  return {
    level: entry.level,
    entryAddress: entry.entryAddress,
    entry: entry.entry,
    bits: setBits(bits),
    why,
  };
}

/** Flags set by an access that used all these entries: only what changes. */
export function flagUpdates(
  entries: readonly PathEntry[],
  flagsOf: (entry: PathEntry) => bigint,
): EntryUpdate[] {
  return entries.flatMap((item) => {
    const after = item.entry | flagsOf(item);
    if (after === item.entry) return [];
    return [{ level: item.level, entryAddress: item.entryAddress, before: item.entry, after }];
  });
}
