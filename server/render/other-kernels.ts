import type { EraReading } from '../../src-core/index';

import { type Line, strong } from './answer';

/**
 * The same value on kernels that read it differently: a line for each run of kernels, what changed
 * between it and the reading that was asked for, and the commit that changed it.
 * @param readings oldest first, as the core gives them
 */
export function kernelLines(readings: readonly EraReading[]): Line[] {
  const asked = readings.findIndex((reading) => reading.differences.length === 0);
  return readings.flatMap((reading, index): Line[] => {
    if (reading.differences.length === 0) return [];
    // An older run ends where its successor began; a newer one began for its own reason.
    const change = index < asked ? readings[index + 1] : asked < 0 || index === 0 ? null : reading;
    return [[strong(reading.span), `: ${reading.summary}`, ...changeText(change)]];
  });
}

function changeText(change: EraReading | null | undefined): string[] {
  if (!change) return [];
  const [commit, ...more] = change.commits;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  const source = commit === undefined ? '' : ` (${commit}${others})`;
  return [`. Changed in ${firstKernel(change.span)}: ${change.begins}${source}.`];
}

/** `v5.13 – v6.9` began with v5.13. */
function firstKernel(span: string): string {
  return span.split(/ [–,a]/)[0]!;
}
