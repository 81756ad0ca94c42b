import {
  compareKernelVersions,
  type KernelVersion,
  parseKernelVersion,
} from '../kvm/kernel-version';

/** A data row that holds from one kernel on, until a later row begins. */
export interface KernelSpan {
  /** First kernel, as {@link parseKernelVersion} reads it. */
  readonly from: string;
  /** Stable series that got it by backports: from that patch level on. */
  readonly stable?: readonly string[];
}

/**
 * The row that holds for a kernel.
 * @param rows oldest first
 * @returns undefined for kernels older than all rows
 */
export function rowOfKernel<Row extends KernelSpan>(
  rows: readonly Row[],
  version: KernelVersion,
): Row | undefined {
  return (
    rows.findLast((row) => row.stable?.some((text) => backported(text, version))) ??
    rows.findLast((row) => compareKernelVersions(parseKernelVersion(row.from)!, version) <= 0)
  );
}

function backported(since: string, version: KernelVersion): boolean {
  const first = parseKernelVersion(since)!;
  return (
    first.major === version.major &&
    first.minor === version.minor &&
    first.patch !== null &&
    version.patch !== null &&
    version.patch >= first.patch
  );
}
