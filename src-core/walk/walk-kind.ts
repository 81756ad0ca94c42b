import type { HardwareKind, LevelRule } from '../paging/format';
import { hardwareKind } from '../paging/level-rule';

/**
 * What a walk makes of an entry: as the hardware, but that it goes on through entries whose
 * reserved bits were a matter of loading the root register (see `LevelRule.checkedAtLoad`).
 */
export function walkKind(rule: LevelRule, lo: number, hi: number): HardwareKind {
  const kind = hardwareKind(rule, lo, hi);
  return kind === 'malformed' && rule.checkedAtLoad === true ? 'table' : kind;
}
