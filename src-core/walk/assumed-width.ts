import type { CpuConfig } from '../paging/cpu';
import type { Finding } from '../paging/decoded-entry';
import { assumedWidthMessage } from './audit-messages';

/**
 * A finding that also says, where a bit is reserved only because a width of physical addresses was
 * assumed, that it was.
 * @param walked the CPU as walks take it
 * @param stated what is known of it
 */
export function withAssumedWidth<Found extends Finding>(
  finding: Found,
  walked: CpuConfig,
  stated: CpuConfig | undefined,
): Found {
  const width = walked.maxPhysBits;
  if (width === undefined || stated?.maxPhysBits !== undefined) return finding;
  const byWidth = finding.bits.some((bit) => bit >= width && bit <= 51);
  if (finding.code !== 'reserved-bits' || !byWidth) return finding;
  const end = /[.!?]$/.test(finding.message) ? '' : '.';
  return { ...finding, message: `${finding.message}${end} ${assumedWidthMessage(width)}` };
}
