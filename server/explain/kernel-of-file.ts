import { findLayout } from '../../src-core/index';
import type { FileView } from '../file-view';

/**
 * A kernel version that stands for the file's, for words that KVM lays out by kernel: given, or one
 * of those that its entries fit; `undefined`: nothing tells.
 */
export function kernelOfFile({ hints, trace, tables }: FileView): string | undefined {
  if (hints.kernel !== undefined) return hints.kernel;
  const detected = trace.era?.layout ?? ('problem' in tables ? undefined : tables.era?.layout);
  const layout = hints.layout ?? detected;
  return layout === undefined ? undefined : findLayout(layout)?.represents;
}
