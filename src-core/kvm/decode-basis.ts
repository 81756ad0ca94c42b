import type { Basis } from '../paging/decoded-entry';
import type { DecodeProblem, DecodeRequest } from './decode-request';
import { patternText } from './entry-pattern';
import { fingerprintEntry } from './era-fingerprint';
import type { EraRow } from './era-row';
import { eras, findLayout, layoutForKernel, layoutNames } from './layouts';
import type { KvmFormatName } from './spte-masks';

/** The layout to read an entry by, and how it became known. */
export interface EraChoice {
  readonly era: EraRow;
  readonly basis: Basis;
  /** Eras the entry may come from: one where the kernel is known. */
  readonly candidates: readonly EraRow[];
}

/** The newest layout nothing is doubtful about: read by it when the bits say nothing. */
export const usualEra = eras.findLast((era) => era.caveat === null)!;

function given(request: DecodeRequest, why: string): Basis {
  return request.basis ?? { format: 'given', kernel: 'given', why };
}

function byBits(request: DecodeRequest, format: KvmFormatName): EraChoice {
  const { value, level, cpu } = request;
  const { fitting, span } = fingerprintEntry(format, level, value, cpu ?? {});
  const newest = fitting.at(-1);
  if (newest === undefined || fitting.length === eras.length) {
    const era = newest && !fitting.includes(usualEra) ? newest : usualEra;
    const why =
      newest === undefined
        ? `no kernel given, and no known one writes such an entry: read as ${era.span}`
        : `no kernel given, and the bits fit every one: read as ${era.span}`;
    const basis: Basis = { format: request.basis?.format ?? 'given', kernel: 'assumed', why };
    return { era, basis, candidates: newest === undefined ? eras : fitting };
  }
  const era = fitting.includes(usualEra) ? usualEra : newest;
  const readAs = fitting.length > 1 ? `; read as ${era.span}` : '';
  const why = `kernel ${span} from the bits (${patternText(value)})${readAs}`;
  const basis: Basis = { format: request.basis?.format ?? 'given', kernel: 'detected', why };
  return { era, basis, candidates: fitting };
}

/** The layout for a request: named outright, by the kernel's version, or guessed from the bits. */
export function chooseEra(
  request: DecodeRequest,
  format: KvmFormatName,
): EraChoice | DecodeProblem {
  if (request.layout !== undefined) {
    const era = findLayout(request.layout);
    if (!era) {
      return { problem: `unknown layout '${request.layout}'; known are ${layoutNames.join(', ')}` };
    }
    return { era, basis: given(request, `layout ${era.name}, ${era.file}`), candidates: [era] };
  }
  if (request.kernel === undefined) return byBits(request, format);
  const choice = layoutForKernel(request.kernel);
  if (!choice) {
    return {
      problem: `'${request.kernel}' is no kernel version; write 6.1, v5.13-rc2 or 6.1.0-56-amd64`,
    };
  }
  const { era, note } = choice;
  const why = `kernel ${request.kernel} has the layout of ${era.span}${note === null ? '' : ` (${note})`}`;
  return { era, basis: given(request, why), candidates: [era] };
}
