import type { CpuConfig } from '../paging/cpu';
import { formatWord, joinHalves } from '../word';
import { patternText } from './entry-pattern';
import { eraMisfit } from './era-misfit';
import type { EraRow } from './era-row';
import { eras, eraSpan } from './layouts';
import { spteContext } from './spte-context';
import type { KvmFormatName } from './spte-masks';
import { readSpte } from './spte-reading';

/** Entries of one format, in halves; `level` holds each entry's level, or the one of all. */
export interface EntrySample {
  readonly format: KvmFormatName;
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;
  readonly level: Uint8Array | number;
  readonly cpu?: CpuConfig;
}

/** How well one era explains a sample. */
export interface EraFit {
  readonly era: EraRow;
  /** Entries this era would not have written. */
  readonly misfits: number;
  /** The commonest reason; `null`: there is none. */
  readonly reason: string | null;
}

export interface EraFingerprint {
  /** Eras that explain the sample best, oldest first; empty: these are no entries of KVM's. */
  readonly fitting: readonly EraRow[];
  /** `v5.13 – v6.9`; an empty text where nothing fits. */
  readonly span: string;
  /** Sentences: the bits that decide. */
  readonly evidence: readonly string[];
  readonly fits: readonly EraFit[];
  /** Entries looked at: those that are not zero, and zeros once. */
  readonly entries: number;
}

/** Entries that differ only in their address stand for each other. */
interface Pattern {
  readonly value: bigint;
  readonly level: number;
  count: number;
}

const unknownCpu: CpuConfig = {};

/** More patterns than real tables have: the rest of the sample adds nothing. */
const patternLimit = 1024;

function patternsOf({ lo, hi, level }: EntrySample): Pattern[] {
  const patterns = new Map<number, Pattern>();
  for (let index = 0; index < lo.length && patterns.size < patternLimit; index++) {
    const low = lo[index]!;
    const high = hi[index]!;
    const entryLevel = typeof level === 'number' ? level : level[index]!;
    // Bits 63:51 and 11:0, the level, and whether there is an address at all.
    const address = (low & 0xffff_f000) | (high & 0x7_ffff) ? 1 : 0;
    const key = ((high >>> 19) * 4096 + (low & 0xfff)) * 16 + entryLevel * 2 + address;
    const known = patterns.get(key);
    if (known) known.count++;
    else patterns.set(key, { value: joinHalves(low, high), level: entryLevel, count: 1 });
  }
  return [...patterns.values()];
}

function fitOf(era: EraRow, sample: EntrySample, patterns: readonly Pattern[]): EraFit {
  const cpu = sample.cpu ?? unknownCpu;
  const reasons = new Map<string, number>();
  let misfits = 0;
  for (const { value, level, count } of patterns) {
    const reason = eraMisfit(readSpte(spteContext(era, sample.format, level, cpu), value));
    if (reason === null) continue;
    misfits += count;
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  const commonest = [...reasons].sort((a, b) => b[1] - a[1])[0];
  return { era, misfits, reason: commonest?.[0] ?? null };
}

/** How often each pattern of bits stands in the sample, commonest first. */
function commonestPatterns(patterns: readonly Pattern[]): string[] {
  const counts = new Map<string, number>();
  for (const { value, count } of patterns) {
    if (value === 0n) continue;
    const text = patternText(value);
    counts.set(text, (counts.get(text) ?? 0) + count);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([text, count]) => `${text} (${count})`);
}

function evidenceOf(fits: readonly EraFit[], best: number, patterns: readonly Pattern[]): string[] {
  const commonest = commonestPatterns(patterns).slice(0, 3);
  const evidence = commonest.length > 0 ? [`commonest entries: ${commonest.join(', ')}`] : [];
  const fitting = fits.map(({ misfits }) => misfits === best);
  fits.forEach(({ era, reason, misfits }, index) => {
    const besideFitting = fitting[index - 1] === true || fitting[index + 1] === true;
    if (fitting[index] === true || !besideFitting || reason === null) return;
    evidence.push(`not ${era.span}: there ${reason} (${misfits} entries)`);
  });
  return evidence;
}

/**
 * Which eras a set of entries can come from, and why. Where half of the entries fit nowhere, they
 * are not called KVM's. Zeros count as one entry: a dump may hold tables nobody used.
 */
export function fingerprintEras(sample: EntrySample): EraFingerprint {
  const patterns = patternsOf(sample).map((pattern) =>
    pattern.value === 0n ? { ...pattern, count: 1 } : pattern,
  );
  const entries = patterns.reduce((sum, { count }) => sum + count, 0);
  const fits = eras.map((era) => fitOf(era, sample, patterns));
  const best = Math.min(...fits.map(({ misfits }) => misfits));
  if (entries === 0 || best * 2 > entries) {
    const value = patterns[0]?.value;
    const evidence =
      value === undefined ? [] : [`no kernel known here writes entries like ${formatWord(value)}`];
    return { fitting: [], span: '', evidence, fits, entries };
  }
  const fitting = fits.filter(({ misfits }) => misfits === best).map(({ era }) => era);
  return {
    fitting,
    span: eraSpan(fitting),
    evidence: evidenceOf(fits, best, patterns),
    fits,
    entries,
  };
}

/** The same for one entry. */
export function fingerprintEntry(
  format: KvmFormatName,
  level: number,
  value: bigint,
  cpu: CpuConfig,
): EraFingerprint {
  const lo = Uint32Array.of(Number(value & 0xffff_ffffn));
  const hi = Uint32Array.of(Number(value >> 32n));
  return fingerprintEras({ format, lo, hi, level, cpu });
}
