import {
  type Basis,
  type BasisKind,
  type CpuConfig,
  decodeEntry,
  type DecodedEntry,
  type DecodeRequest,
  type EntryFormatName,
  type EntryGuess,
  type Finding,
  guessEntry,
  withAssumedWidth,
} from '../src-core/index';
import { kernelReadings } from './kernel-readings';

/** How a format or a kernel became known, and half a sentence that says why. */
export interface Ground {
  readonly basis: BasisKind;
  readonly why: string;
}

/** A word, and what is known about it; what is left out is guessed from its bits. */
export interface EntryQuestion {
  readonly value: bigint;
  readonly format?: EntryFormatName;
  /** Left out: the format was given. */
  readonly formatGround?: Ground;
  /** As KVM counts. */
  readonly level?: number;
  readonly kernel?: string;
  readonly kernelGround?: Ground;
  readonly layout?: string;
  /** Layouts that the rest of the file fits as well as `layout`; more than one: it is a guess. */
  readonly candidates?: readonly string[];
  readonly cpu: CpuConfig;
  /** What is stated of the CPU, where `cpu` says more that is assumed. */
  readonly statedCpu?: CpuConfig;
}

export interface EntryReply {
  readonly request: DecodeRequest;
  readonly entry: DecodedEntry;
  /** Something in the bits speaks for reading them so; also where format and level are known. */
  readonly guessed: boolean;
  /** Other formats the word fits as well; empty where the format is known. */
  readonly alternatives: readonly EntryGuess[];
}

/** Formats and levels that are read where nothing at all tells: said in the basis. */
const fallback = { format: 'ept', level: 1 } as const;

/**
 * Decodes a word of which not everything need be known. What was guessed, and why, stands in the
 * answer's basis.
 */
export function askEntry(question: EntryQuestion): EntryReply | { readonly problem: string } {
  const { value, format, level, kernel, layout, cpu, statedCpu = cpu } = question;
  const guesses =
    format === undefined || level === undefined
      ? guessEntry(value, {
          ...(format !== undefined && { format }),
          ...(level !== undefined && { level }),
          cpu,
        })
      : [];
  const [guess, ...rest] = guesses;
  const request: DecodeRequest = {
    value,
    format: format ?? guess?.format ?? fallback.format,
    level: level ?? guess?.level ?? fallback.level,
    cpu,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  };
  const entry = decodeEntry(request);
  if ('problem' in entry) return entry;
  const findings = entry.findings.map((finding) => withAssumedWidth(finding, cpu, statedCpu));
  return {
    request,
    entry: {
      ...entry,
      basis: basisOf(question, request, entry.basis, guess),
      findings: [...kernelDoubt(request, question.candidates ?? []), ...findings],
    },
    guessed: guess !== undefined || (format !== undefined && level !== undefined),
    alternatives: format === undefined ? rest : [],
  };
}

/** Said before anything else: kernels that the file may come from read this entry differently. */
function kernelDoubt(request: DecodeRequest, candidates: readonly string[]): Finding[] {
  if (candidates.length < 2) return [];
  const readings = kernelReadings(request);
  if ('problem' in readings) return [];
  const among = readings.filter(({ layouts }) => layouts.some((name) => candidates.includes(name)));
  if (!among.some(({ differences }) => differences.length > 0)) return [];
  const list = among.map(({ span, summary }) => `${span}: ${summary}`).join('; ');
  const message = `The kernel is not known, and it matters here. ${list}. Name the kernel to be sure.`;
  return [{ code: 'kernel-unknown', severity: 'warning', message, bits: [] }];
}

function basisOf(
  question: EntryQuestion,
  request: DecodeRequest,
  decoded: Basis,
  guess: EntryGuess | undefined,
): Basis {
  const { formatGround, kernelGround } = question;
  const parts: string[] = [];
  if (question.format === undefined) {
    parts.push(
      guess
        ? `format ${request.format} assumed: ${guess.why}`
        : `format ${request.format} assumed: nothing tells`,
    );
  } else if (formatGround) parts.push(formatGround.why);
  if (question.level === undefined) parts.push(`level ${request.level} assumed`);
  if (kernelGround) parts.push(kernelGround.why);
  if (decoded.kernel !== 'given' || !kernelGround) parts.push(decoded.why);
  return {
    format: question.format === undefined ? 'assumed' : (formatGround?.basis ?? decoded.format),
    kernel: kernelGround?.basis ?? decoded.kernel,
    why: sentence(parts.filter((part) => part !== '').join('; ')),
  };
}

function sentence(text: string): string {
  return text === '' ? '' : text.charAt(0).toUpperCase() + text.slice(1);
}
