import type { CpuConfig } from '../paging/cpu';
import { type EntryFormatName, entryFormats } from '../paging/entry-format';
import { hardwareKind, ruleOfLevel } from '../paging/level-rule';
import { hardwareFormat } from '../paging/registry';
import { bitField, highHalf, lowHalf } from '../word';
import { patternText } from './entry-pattern';
import { fingerprintEntry } from './era-fingerprint';
import type { KvmFormatName } from './spte-masks';

/** What a lone word may be. */
export interface EntryGuess {
  readonly format: EntryFormatName;
  readonly level: number;
  /** Half a sentence: what speaks for it. */
  readonly why: string;
}

/** What is known beforehand about a lone word. */
export interface EntryHints {
  readonly format?: EntryFormatName;
  readonly level?: number;
  readonly cpu?: CpuConfig;
}

interface Candidate {
  readonly format: EntryFormatName;
  readonly fits: (value: bigint, level: number, cpu: CpuConfig) => string | null;
}

/**
 * Bits 6:3 (ignore-PAT, memory type) of what KVM maps: write-back memory, guest's PAT counting or
 * not, uncached devices; of tables: nothing. Source: vmx_get_mt_mask().
 */
const usualMemoryTypes: readonly bigint[] = [0b0110n, 0b1110n, 0b0000n];

/** What an empty entry holds since Linux 6.10, and how MMIO entries fault on purpose. Source: spte.h, vmx.c. */
const suppressVe = 1n << 63n;
const writeExecuteOnly = 6n;

/** A leaf in EPT: bits 5:3 hold a memory type that KVM uses and some kernel writes the rest so. */
function fitsEpt(value: bigint, level: number, cpu: CpuConfig): string | null {
  if (!writtenByKvm('ept', value, level, cpu)) return null;
  // Older kernels call any address present, whatever its rights: no ground for a guess.
  if (bitField(value, 11, 0) === 0n && value !== suppressVe) return null;
  const mmio = bitField(value, 2, 0) === writeExecuteOnly;
  if (!mmio && !usualMemoryTypes.includes(bitField(value, 6, 3))) return null;
  return `KVM writes such bits into EPT (${patternText(value)})`;
}

function fitsNpt(value: bigint, level: number, cpu: CpuConfig): string | null {
  if (!writtenByKvm('npt64', value, level, cpu)) return null;
  return `KVM writes such bits into NPT (${patternText(value)})`;
}

/** A valid arm64 stage-2 page or block with the access flag, as KVM makes them. Arm ARM D8.3. */
function fitsStage2(value: bigint, level: number): string | null {
  const leaf = level === 1 ? (value & 3n) === 3n : (value & 3n) === 1n;
  const accessed = (value & 0x400n) !== 0n;
  const shared = bitField(value, 9, 8) !== 1n;
  const memoryType = [15n, 6n, 5n, 1n].includes(bitField(value, 5, 2));
  if (!leaf || !accessed || !shared || !memoryType || bitField(value, 7, 6) === 0n) return null;
  return `an arm64 stage-2 leaf with access flag and memory type (${patternText(value)})`;
}

function fitsHardware(value: bigint, level: number, cpu: CpuConfig): string | null {
  const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu });
  const rule = ruleOfLevel(compiled, level);
  if (!rule) return null;
  const kind = hardwareKind(rule, lowHalf(value), highHalf(value));
  return kind === 'leaf' || kind === 'table' ? 'present and well-formed for x86-64' : null;
}

/** Formats in the order in which they are tried: what fewest words fit comes first. */
const candidates: readonly Candidate[] = [
  { format: 'ept', fits: fitsEpt },
  { format: 'npt64', fits: fitsNpt },
  { format: 'arm64-s2', fits: fitsStage2 },
  { format: 'guest64', fits: fitsHardware },
];

/** Most lone words are smallest-page leaves; a table or a large leaf is seen only when those fail. */
const levelsTried = [1, 2, 3] as const;

/**
 * What a word without any context may be, the likeliest first; an empty list: no entry at all, as
 * far as anybody can tell. Never more than a guess: whoever shows it says so.
 */
export function guessEntry(value: bigint, hints: EntryHints = {}): EntryGuess[] {
  if (value === 0n) return [];
  const cpu = hints.cpu ?? {};
  const levels = hints.level === undefined ? levelsTried : [hints.level];
  const guesses: EntryGuess[] = [];
  for (const { format, fits } of candidates) {
    if (hints.format !== undefined && !sameHardware(hints.format, format)) continue;
    for (const level of levels) {
      const why = fits(value, level, cpu);
      if (why === null) continue;
      guesses.push({ format: hints.format ?? format, level, why });
      break;
    }
  }
  return guesses;
}

/** Whether some kernel's KVM writes just this value into entries of that level. */
function writtenByKvm(
  format: KvmFormatName,
  value: bigint,
  level: number,
  cpu: CpuConfig,
): boolean {
  return fingerprintEntry(format, level, value, cpu).fitting.length > 0;
}

function sameHardware(one: EntryFormatName, other: EntryFormatName): boolean {
  const hardware = (name: EntryFormatName): string =>
    entryFormats.find((format) => format.name === name)!.hardware;
  return hardware(one) === hardware(other);
}
