import type { HardwareKind, LevelRule } from '../paging/format';
import { entryShape, hardwareKind } from '../paging/level-rule';

/**
 * What a walk makes of an entry: as the hardware, but that it goes on through entries whose
 * reserved bits were a matter of loading the root register (see `LevelRule.checkedAtLoad`), or of
 * any where the walk ignores them.
 */
export function walkKind(
  rule: LevelRule,
  lo: number,
  hi: number,
  ignoreReserved = false,
): HardwareKind {
  const kind = hardwareKind(rule, lo, hi);
  if (kind === 'malformed' && ignoreReserved) return entryShape(rule, lo);
  return kind === 'malformed' && rule.checkedAtLoad === true ? 'table' : kind;
}
