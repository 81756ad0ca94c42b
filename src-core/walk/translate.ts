import type { WordSource } from '../memory/word-source';
import type { Finding } from '../paging/decoded-entry';
import type { CompiledFormat, LevelRule } from '../paging/format';
import { hardwareKind } from '../paging/level-rule';
import { bitField, formatWord, highHalf, joinHalves, lowHalf } from '../word';
import { type EntryTest, noEntry, passes } from './entry-test';
import { malformedFinding, unusableFinding } from './malformed-finding';
import { walkKind } from './walk-kind';
import type { WalkResult, WalkStatus, WalkStep } from './walk-result';

export interface TranslateOptions {
  /** Which entries are MMIO to KVM; asked before the hardware's rules. */
  readonly mmio?: EntryTest;
  /** Take entries with reserved bits for what they would be without; QEMU's debug walk does so. */
  readonly ignoreReserved?: boolean;
}

/** Whether an address can be an input at all: canonical, or not wider than the table's input. */
export function isTranslatableWord(compiled: CompiledFormat, lo: number, hi: number): boolean {
  const { addressBits, signExtended, translates } = compiled;
  if (translates) return translates(lo, hi);
  if (addressBits >= 64) return true;
  // Every format without its own test takes 32 bits or more.
  const above = addressBits - 32 - (signExtended ? 1 : 0);
  return hi >>> above === 0 || (signExtended && hi >> above === -1);
}

/** The byte address an entry of this level holds. */
export function entryTarget(rule: LevelRule, lo: number, hi: number, leaf: boolean): bigint {
  if (rule.scattered) return BigInt(rule.scattered(lo, hi, leaf));
  return leaf
    ? joinHalves(lo & rule.leafAddressLo, hi & rule.leafAddressHi)
    : joinHalves(lo & rule.tableAddressLo, hi & rule.tableAddressHi);
}

/** What a walk gathers on its way down. */
class Walk {
  readonly steps: WalkStep[] = [];
  readonly findings: Finding[] = [];
  private readonly tables: bigint[] = [];
  private andLo = 0xffff_ffff;
  private andHi = 0xffff_ffff;
  private orLo = 0;
  private orHi = 0;

  constructor(
    private readonly compiled: CompiledFormat,
    private readonly address: bigint,
  ) {}

  finding(code: string, severity: Finding['severity'], message: string): void {
    this.findings.push({ code, severity, message, bits: [] });
  }

  /** A table that was on the way already: legal (a recursive mapping), and rarely meant. */
  enter(table: bigint, level: number): void {
    if (this.tables.includes(table)) {
      this.finding(
        'cycle',
        'warning',
        `the table at ${formatWord(table)} points back to itself: it is read again as a table of level ${level}`,
      );
    }
    this.tables.push(table);
  }

  grant(rule: LevelRule, lo: number, hi: number, leaf: boolean): void {
    this.andLo &= lo | ~(leaf ? rule.leafAndLo : rule.tableAndLo);
    this.andHi &= hi | ~(leaf ? rule.leafAndHi : rule.tableAndHi);
    this.orLo |= lo & (leaf ? rule.leafOrLo : rule.tableOrLo);
    this.orHi |= hi & (leaf ? rule.leafOrHi : rule.tableOrHi);
  }

  end(status: WalkStatus, level: number, more: Partial<WalkResult> = {}): WalkResult {
    return {
      address: this.address,
      status,
      physical: null,
      pageSize: null,
      level,
      leaf: null,
      permissions: null,
      steps: this.steps,
      missing: null,
      findings: this.findings,
      ...more,
    };
  }

  mapped(rule: LevelRule, lo: number, hi: number): WalkResult {
    const { format, shape } = this.compiled;
    const offset = this.address & ((1n << BigInt(rule.shift)) - 1n);
    return this.end('mapped', rule.level, {
      physical: entryTarget(rule, lo, hi, true) | offset,
      pageSize: 2 ** rule.shift,
      leaf: joinHalves(lo, hi),
      permissions: format.permissions(this.andLo, this.andHi, this.orLo, this.orHi, shape.cpu),
    });
  }
}

/**
 * Walks the tables at `root` for one address, as the CPU does.
 * @param root byte address of the root table (see `rootAddress` for register values)
 * @param address input address; canonical form where the format has one
 * @returns the steps and where they led; it never throws and always ends, after at most one step a
 *   level. `missing` names the 4 KiB page that the memory does not hold.
 */
export function translate(
  memory: WordSource,
  compiled: CompiledFormat,
  root: bigint,
  address: bigint,
  options: TranslateOptions = {},
): WalkResult {
  const walk = new Walk(compiled, address);
  const mmio = options.mmio ?? noEntry;
  const { levels } = compiled.shape;
  if (!isTranslatableWord(compiled, lowHalf(address), highHalf(address))) {
    const { addressBits, signExtended, format } = compiled;
    const rule = signExtended
      ? `is not canonical: bits 63:${addressBits - 1} must be equal`
      : `is wider than the ${addressBits} bits that ${format.title} with ${levels} levels translates`;
    walk.finding('non-canonical', 'error', `${formatWord(address)} ${rule}`);
    return walk.end('non-canonical', levels);
  }
  let table = root;
  for (let level = levels; level >= 1; level--) {
    const rule = compiled.rules[level - 1]!;
    walk.enter(table, level);
    const index = Number(bitField(address, rule.shift + rule.indexBits - 1, rule.shift));
    const entryAddress = table + BigInt(index * compiled.entryBytes);
    const entry = memory.readWord(entryAddress, compiled.entryBytes) ?? null;
    const step = (kind: string): void => {
      walk.steps.push({ level, table, index, entryAddress, entry, kind });
    };
    if (entry === null) {
      step('missing');
      const missing = entryAddress & ~0xfffn;
      walk.finding(
        'missing-table',
        'info',
        `the table entry at ${formatWord(entryAddress)} is not in the memory given`,
      );
      return walk.end('missing', level, { missing });
    }
    const lo = lowHalf(entry);
    const hi = highHalf(entry);
    if (passes(mmio, lo, hi)) {
      step('mmio');
      return walk.end('mmio', level, { leaf: entry });
    }
    const kind = walkKind(rule, lo, hi, options.ignoreReserved);
    if (kind === 'none') {
      step('not-present');
      return walk.end('not-present', level);
    }
    if (kind === 'malformed') {
      step('reserved');
      walk.findings.push(malformedFinding(compiled, rule, lo, hi));
      return walk.end('reserved', level);
    }
    if (rule.checkedAtLoad === true && hardwareKind(rule, lo, hi) === 'malformed') {
      walk.findings.push(malformedFinding(compiled, rule, lo, hi));
    }
    step(kind);
    walk.grant(rule, lo, hi, kind === 'leaf');
    const needed = rule.leafNeededLo ?? 0;
    if (kind === 'leaf' && (lo & needed) !== needed) {
      walk.findings.push(unusableFinding(rule, lo, hi));
      return walk.end('not-present', level, { leaf: entry });
    }
    if (kind === 'leaf') return walk.mapped(rule, lo, hi);
    table = entryTarget(rule, lo, hi, false);
  }
  return walk.end('not-present', 1);
}
