import type { Finding } from '../paging/decoded-entry';
import { decodeArm64 } from './arm64-decode';
import { readArm64AcrossKernels } from './arm64-other-kernels';
import { assumedArm64Kernel } from './arm64-software-bits';
import type { DecodeRequest, EntryDecoder } from './decode-request';

/** Where the kernel is not known and kernels read the entry differently: said before anything else. */
function unknownKernelFinding(request: DecodeRequest): Finding[] {
  if (request.kernel !== undefined || request.layout !== undefined) return [];
  const readings = readArm64AcrossKernels(request);
  if ('problem' in readings) return [];
  // The order of the memory attributes is MAIR's matter: the field's own words tell of it.
  const others = readings.filter(({ differences }) =>
    differences.some(({ fact }) => fact !== 'mem'),
  );
  if (others.length === 0) return [];
  const list = readings.map(({ span, summary }) => `${span}: ${summary}`).join('; ');
  const message = `the kernel is not known, and it matters here. ${list}. Read as ${assumedArm64Kernel}; name the kernel to be sure.`;
  return [{ code: 'kernel-unknown', severity: 'warning', message, bits: [] }];
}

/** An arm64 entry, with a warning first where the kernel decides and nobody named it. */
export const arm64Decoder: EntryDecoder = (request) => {
  const entry = decodeArm64(request);
  if ('problem' in entry) return entry;
  return { ...entry, findings: [...unknownKernelFinding(request), ...entry.findings] };
};
