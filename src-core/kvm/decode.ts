import type { DecodedEntry } from '../paging/decoded-entry';
import type { EntryFormatName } from '../paging/entry-format';
import { formatWord } from '../word';
import type { DecodeProblem, DecodeRequest } from './decode-request';
import { decoders, type LayoutSpan } from './decoders';
import type { EraReading } from './other-kernels';

/** Why a request cannot be answered at all; `null`: it can. */
function problemOf({ value, format, level }: DecodeRequest): DecodeProblem | null {
  const decoder = decoders[format];
  if (!decoder.levels.includes(level)) {
    return {
      problem: `${format} has no level ${level}; its levels are ${decoder.levels.join(', ')}`,
    };
  }
  if (value < 0n || value >> BigInt(decoder.entryBits) !== 0n) {
    return { problem: `${formatWord(value)} does not fit an entry of ${decoder.entryBits} bits` };
  }
  return null;
}

/**
 * What an entry means.
 * @returns the decoded entry, or one sentence that says what is wrong with the request.
 */
export function decodeEntry(request: DecodeRequest): DecodedEntry | DecodeProblem {
  return problemOf(request) ?? decoders[request.format].decode(request);
}

/**
 * The same value on every kernel, oldest first, neighbours with equal meaning together; an empty
 * list for formats whose meaning no kernel changes.
 */
export function otherKernels(request: DecodeRequest): readonly EraReading[] | DecodeProblem {
  return problemOf(request) ?? decoders[request.format].acrossKernels?.(request) ?? [];
}

/** Layouts of a format's software bits, oldest first; empty: it has none. */
export function layoutsOfFormat(format: EntryFormatName): readonly LayoutSpan[] {
  return decoders[format].layouts ?? [];
}
