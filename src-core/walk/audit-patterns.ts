import { decodeEntry, layoutsOfFormat } from '../kvm/decode';
import type { DecodeRequest } from '../kvm/decode-request';
import type { Finding } from '../paging/decoded-entry';
import type { CompiledFormat, HardwareKind, LevelRule } from '../paging/format';
import { joinHalves } from '../word';
import { withAssumedWidth } from './assumed-width';
import { notOfEntries } from './audit-codes';
import { walkKind } from './walk-kind';

/** What is known of the entries beside their bits; `cpu` as given, without what is assumed of it. */
export type EntryReading = Pick<DecodeRequest, 'format' | 'kernel' | 'layout' | 'cpu'>;

/** All entries of a level that differ in nothing but the address of a page or table. */
export interface EntryPattern {
  readonly number: number;
  readonly level: number;
  /** As a walk takes it. */
  readonly hardware: HardwareKind;
  /** A leaf that the CPU uses: well-formed, and its access flag is set where there is one. */
  readonly maps: boolean;
  /** One entry of the pattern. */
  readonly lo: number;
  readonly hi: number;
  readonly codes: readonly Pick<Finding, 'code' | 'severity'>[];
}

/** More patterns than real tables have: what comes after them is not examined. */
const mostPatterns = 0x8000;

/**
 * Entries by pattern: each is decoded once, however many entries have it. Software bits, rights,
 * low address bits (alignment) and the bits above the address belong to the pattern; what follows
 * from a page's own address does not.
 */
export class AuditPatterns {
  readonly list: EntryPattern[] = [];
  /** Entries whose pattern came too late. */
  unexamined = 0;
  private readonly byWord: Map<number, Map<number, EntryPattern | null>>[];
  /** The pattern met last at each level: neighbours mostly share theirs. */
  private readonly last: (EntryPattern | null)[];
  /** Entries that are not present, where no software is known to keep anything in them. */
  private readonly absent: readonly EntryPattern[] | null;

  constructor(
    private readonly compiled: CompiledFormat,
    private readonly reading: EntryReading,
  ) {
    const levels = compiled.rules.length + 1;
    this.byWord = Array.from(
      { length: levels },
      () => new Map<number, Map<number, EntryPattern | null>>(),
    );
    this.last = Array.from({ length: levels }, () => null);
    this.absent = layoutsOfFormat(reading.format).length > 0 ? null : absentPatterns(levels);
  }

  /** The pattern of an entry; `null`: there are too many of them. */
  of(level: number, lo: number, hi: number): EntryPattern | null {
    const rule = this.compiled.rules[level - 1]!;
    const kind = walkKind(rule, lo, hi);
    if (kind === 'none' && this.absent) return this.absent[level]!;
    const keyLo = (lo & ~variableLo(rule, kind)) >>> 0;
    const keyHi = (hi & ~variableHi(rule, kind)) >>> 0;
    const last = this.last[level] ?? null;
    if (last !== null && last.lo === keyLo && last.hi === keyHi && last.hardware === kind)
      return last;
    const words = this.byWord[level]!;
    let among = words.get(keyLo);
    if (!among) words.set(keyLo, (among = new Map<number, EntryPattern | null>()));
    let known = among.get(keyHi);
    if (known === undefined) {
      known = this.list.length < mostPatterns ? this.examine(rule, kind, keyLo, keyHi) : null;
      among.set(keyHi, known);
    }
    if (known === null) this.unexamined++;
    else this.last[level] = known;
    return known;
  }

  /** Everything decode says of an entry. */
  findings(level: number, lo: number, hi: number): readonly Finding[] {
    const { reading, compiled } = this;
    const value = compiled.entryBytes === 8 ? joinHalves(lo, hi) : BigInt(lo >>> 0);
    // The CPU as the walk takes it: what a walk faults on must be found.
    const { cpu } = compiled.shape;
    const entry = decodeEntry({ ...reading, cpu, value, level });
    if ('problem' in entry) return [];
    return entry.findings
      .filter(({ code }) => !notOfEntries.has(code))
      .map((finding) => withAssumedWidth(finding, cpu, reading.cpu));
  }

  private examine(rule: LevelRule, hardware: HardwareKind, lo: number, hi: number): EntryPattern {
    const needed = rule.leafNeededLo ?? 0;
    const pattern = {
      number: this.list.length,
      level: rule.level,
      hardware,
      maps: hardware === 'leaf' && (lo & needed) === needed,
      lo,
      hi,
      codes: this.findings(rule.level, lo, hi),
    };
    this.list.push(pattern);
    return pattern;
  }
}

function absentPatterns(levels: number): EntryPattern[] {
  const none = { number: -1, hardware: 'none', maps: false, lo: 0, hi: 0, codes: [] } as const;
  return Array.from({ length: levels }, (_, level) => ({ ...none, level }));
}

/** Address bits below the pages that a level maps are the entry's alignment: they stay. */
function alignedLo(rule: LevelRule, mask: number): number {
  return rule.shift >= 32 ? 0 : mask & -(2 ** rule.shift);
}

function variableLo(rule: LevelRule, kind: HardwareKind): number {
  if (kind === 'leaf') return alignedLo(rule, rule.leafAddressLo);
  return kind === 'table' ? rule.tableAddressLo : 0;
}

function variableHi(rule: LevelRule, kind: HardwareKind): number {
  if (kind === 'leaf') return rule.leafAddressHi;
  return kind === 'table' ? rule.tableAddressHi : 0;
}
