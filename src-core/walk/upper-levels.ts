import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat, LevelRule } from '../paging/format';
import { noEntry, passes } from './entry-test';
import type { TranslateOptions } from './translate';
import type { BatchStatus } from './translations';
import { walkKind } from './walk-kind';

/** Where walks end above the last level, for every address that goes through one entry. */
export interface UpperEnd {
  readonly status: BatchStatus;
  readonly level: number;
  /** Byte address of the page; 0 unless mapped. */
  readonly physical: number;
  /** Lowest bit of the address that the entry's table is indexed by. */
  readonly shift: number;
}

/** Outcomes of one level kept at most: beyond that, entries are decoded again for each address. */
const keptOutcomes = 1 << 25;

/**
 * The tables above the last level that a batch of walks goes through: few, and shared by many
 * addresses, so that each entry is decoded once.
 */
export class UpperLevels {
  readonly ends: UpperEnd[] = [];
  /** Byte addresses of the tables met, by level and number. */
  private readonly tables: number[][];
  /** By level, for each entry of each table: 0 unknown, n+1 table n below, -1-n end n. */
  private readonly outcomes: Int32Array[];
  private readonly top: number;
  private readonly shifts: Int32Array;
  private readonly masks: Int32Array;

  constructor(
    private readonly memory: FrameStore,
    private readonly compiled: CompiledFormat,
    private readonly options: TranslateOptions,
    root: number,
  ) {
    const { rules } = compiled;
    this.top = rules.length;
    this.tables = Array.from({ length: this.top + 1 }, () => []);
    this.outcomes = Array.from({ length: this.top + 1 }, () => new Int32Array(0));
    this.shifts = Int32Array.from([0, ...rules.map(({ shift }) => shift)]);
    this.masks = Int32Array.from([0, ...rules.map(({ indexBits }) => 2 ** indexBits - 1)]);
    this.addTable(this.top, root);
  }

  /** Byte addresses of the tables of the last level, by number. */
  get lastTables(): readonly number[] {
    return this.tables[1]!;
  }

  /** Number of the last level's table that an address leads to, or `-1 - n` for `ends[n]`. */
  down(lo: number, hi: number): number {
    const { shifts, masks, outcomes } = this;
    let table = 0;
    for (let level = this.top; level > 1; level--) {
      const shift = shifts[level]!;
      const mask = masks[level]!;
      const index =
        (shift >= 32 ? hi >> (shift - 32) : (lo >>> shift) | ((hi << 1) << (31 - shift))) & mask;
      const at = table * (mask + 1) + index;
      const kept = outcomes[level]!;
      let outcome = at < kept.length ? kept[at]! : 0;
      if (outcome === 0) {
        outcome = this.decode(level, this.tables[level]![table]!, index);
        if (at < kept.length) kept[at] = outcome;
      }
      if (outcome < 0) return outcome;
      table = outcome - 1;
    }
    return table;
  }

  private decode(level: number, table: number, index: number): number {
    const { compiled, memory } = this;
    const rule = compiled.rules[level - 1]!;
    const address = table + index * compiled.entryBytes;
    const slot = memory.slotOf(Math.floor(address / 4096));
    const half = (address % 4096) / 4;
    const wide = compiled.entryBytes === 8;
    if (slot < 0 || !memory.isKnown(slot, half, wide ? 2 : 1)) return this.end('missing', rule);
    const lo = memory.half(slot, half);
    const hi = wide ? memory.half(slot, half + 1) : 0;
    if (passes(this.options.mmio ?? noEntry, lo, hi)) return this.end('mmio', rule);
    const kind = walkKind(rule, lo, hi, this.options.ignoreReserved);
    if (kind === 'none') return this.end('not-present', rule);
    if (kind === 'malformed') return this.end('reserved', rule);
    const target = targetNumber(rule, lo, hi, kind === 'leaf');
    if (kind === 'table') return this.addTable(level - 1, target) + 1;
    const needed = rule.leafNeededLo ?? 0;
    return (lo & needed) === needed
      ? this.end('mapped', rule, target)
      : this.end('not-present', rule);
  }

  private end(status: BatchStatus, { level, shift }: LevelRule, physical = 0): number {
    return -this.ends.push({ status, level, shift, physical });
  }

  private addTable(level: number, address: number): number {
    const number = this.tables[level]!.push(address) - 1;
    const kept = this.outcomes[level]!;
    const needed = (number + 1) * (this.masks[level]! + 1);
    if (level > 1 && needed > kept.length && needed <= keptOutcomes) {
      const larger = new Int32Array(needed * 2);
      larger.set(kept);
      this.outcomes[level] = larger;
    }
    return number;
  }
}

/** The byte address an entry of this level holds, as a number: it has 52 bits at most. */
function targetNumber(rule: LevelRule, lo: number, hi: number, leaf: boolean): number {
  if (rule.scattered) return rule.scattered(lo, hi, leaf);
  const addressLo = leaf ? rule.leafAddressLo : rule.tableAddressLo;
  const addressHi = leaf ? rule.leafAddressHi : rule.tableAddressHi;
  return ((hi & addressHi) >>> 0) * 0x1_0000_0000 + ((lo & addressLo) >>> 0);
}
