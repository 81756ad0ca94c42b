import type { HardwareKind, LevelRule } from '../paging/format';
import { walkKind } from './walk-kind';

/** Bits 5:0, which the maps of bad combinations are about. */
const combination = 0x3f;

/**
 * What walks make of the entries of one level, in loops over millions: an entry that differs from
 * the one before in its address alone is of the same kind, and is not looked at again.
 */
export class KindsOfLevel {
  /** Bits that decide the kind. */
  private readonly keyLo: number;
  private readonly keyHi: number;
  private likeLo = 0;
  private likeHi = 0;
  private kind: HardwareKind | null = null;

  constructor(private readonly rule: LevelRule) {
    const bad = rule.tableBadLo | rule.tableBadHi | rule.leafBadLo | rule.leafBadHi;
    this.keyLo =
      (bad === 0 ? 0 : combination) |
      rule.presentLo |
      rule.leafMask |
      rule.tableReservedLo |
      rule.leafReservedLo;
    this.keyHi = rule.presentHi | rule.tableReservedHi | rule.leafReservedHi;
  }

  /** As {@link walkKind}. */
  of(lo: number, hi: number): HardwareKind {
    const differs = ((lo ^ this.likeLo) & this.keyLo) | ((hi ^ this.likeHi) & this.keyHi);
    if (this.kind !== null && differs === 0) return this.kind;
    this.likeLo = lo;
    this.likeHi = hi;
    return (this.kind = walkKind(this.rule, lo, hi));
  }
}
