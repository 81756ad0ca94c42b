import type { CpuConfig } from '../paging/cpu';
import type { DecodedEntry, Finding } from '../paging/decoded-entry';
import { chooseEra, type EraChoice } from './decode-basis';
import type { DecodeProblem, DecodeRequest, EntryDecoder } from './decode-request';
import { decodeGuestEntry, type GuestFormatName } from './hardware-decode';
import { decodeSpte } from './kvm-decode';
import { type EraReading, readAcrossKernels } from './other-kernels';
import type { KvmFormatName } from './spte-masks';

const unknownCpu: CpuConfig = {};

/** Where the kernel is not known and the candidates disagree: said before anything else. */
function unknownKernelFinding(
  request: DecodeRequest,
  format: KvmFormatName,
  choice: EraChoice,
): Finding[] {
  if (choice.candidates.length < 2) return [];
  const { value, level, cpu = unknownCpu } = request;
  const question = {
    value,
    format,
    level,
    era: choice.era,
    kernel: null,
    cpu,
    basis: choice.basis,
  };
  const readings = readAcrossKernels(question, choice.candidates);
  if (!readings.some(({ differences }) => differences.length > 0)) return [];
  const list = readings.map(({ span, summary }) => `${span}: ${summary}`).join('; ');
  const message = `the kernel is not known, and it matters here. ${list}. Name the kernel to be sure.`;
  return [{ code: 'kernel-unknown', severity: 'warning', message, bits: [] }];
}

/** Decoder of one of KVM's own formats. */
export function kvmDecoder(format: KvmFormatName): EntryDecoder {
  return (request) => {
    const choice = chooseEra(request, format);
    if ('problem' in choice) return choice;
    const { value, level, kernel = null, cpu = unknownCpu } = request;
    const { era, basis } = choice;
    const entry = decodeSpte({ value, format, level, era, kernel, cpu, basis });
    const unknown = unknownKernelFinding(request, format, choice);
    return { ...entry, findings: [...unknown, ...entry.findings] };
  };
}

/** Decoder of a format that only the CPU defines: the kernel is of no matter. */
export function guestDecoder(format: GuestFormatName): EntryDecoder {
  return ({ value, level, kernel = null, cpu = unknownCpu, basis }): DecodedEntry => ({
    ...decodeGuestEntry(format, value, level, cpu),
    kernel,
    basis: basis ?? { format: 'given', kernel: 'given', why: 'defined by the CPU alone' },
  });
}

/**
 * The value of a request as every era of kernels reads it; neighbours with equal meaning together.
 * @returns a problem where the request makes no sense, or the format knows no eras.
 */
export function readX86AcrossKernels(
  request: DecodeRequest,
  format: KvmFormatName,
): readonly EraReading[] | DecodeProblem {
  const choice = chooseEra(request, format);
  if ('problem' in choice) return choice;
  const { value, level, kernel = null, cpu = unknownCpu } = request;
  const { era, basis } = choice;
  return readAcrossKernels({ value, format, level, era, kernel, cpu, basis });
}
