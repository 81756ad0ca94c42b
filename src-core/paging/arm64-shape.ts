import { granuleOf, levelsForBits } from './arm64-granule';
import { stage2Layout } from './arm64-stage2-layout';
import type { CpuConfig } from './cpu';
import type { TableShape } from './format';

/** Widths where nobody states one: 48-bit VA, and KVM's 40-bit IPA (`KVM_PHYS_SHIFT`). */
const usualBits = { stage1: 48, stage2: 40 } as const;

/**
 * The shape of an arm64 tree from a granule and a width alone: as many levels as the width needs
 * (stage 1), or the fewest that KVM would use, with concatenated roots (stage 2).
 * @returns the shape, or a sentence that says what is wrong with the width.
 */
export function arm64Shape(
  format: 'arm64-stage1' | 'arm64-stage2',
  cpu: CpuConfig,
  inputBits?: number,
): TableShape | { readonly problem: string } {
  const granule = granuleOf(cpu);
  const bits = inputBits ?? usualBits[format === 'arm64-stage1' ? 'stage1' : 'stage2'];
  if (format === 'arm64-stage2') {
    const layout = stage2Layout({ granule: granule.name, ipaBits: bits });
    return 'problem' in layout ? layout : { levels: layout.levels, inputBits: bits, cpu };
  }
  const levels = levelsForBits(granule, bits);
  if (!Number.isInteger(bits) || levels < 1 || bits > 52) {
    return {
      problem: `${bits} is no width of an address with ${granule.name} pages: ${granule.pageShift + 1} to 52`,
    };
  }
  return { levels, inputBits: bits, cpu };
}
