import {
  architectureLevel,
  granules,
  levelShift,
  levelsForBits,
  type Granule,
  type GranuleName,
} from './arm64-granule';

/**
 * Which code is asked: the macros as posted in June 2018 (series v3, patch 09/20), as merged
 * (v4.20 to v5.9), or KVM's own walker (v5.10 to 7.2).
 */
export type GeometryForm = 'seed' | 'v4.20' | 'current';
export const geometryForms: readonly GeometryForm[] = ['seed', 'v4.20', 'current'];

export interface GeometryRequest {
  readonly granule: GranuleName;
  readonly ipaBits: number;
  readonly form?: GeometryForm;
  /** A host with LPA2 (4K and 16K): DS is set on every VM, whatever its IPA size. */
  readonly lpa2?: boolean;
}

/** What the three forms share, as numbers. Levels counted by the architecture (3 = smallest page). */
export interface Stage2Layout {
  readonly granule: Granule;
  readonly form: GeometryForm;
  readonly ipaBits: number;
  readonly levels: number;
  readonly entryLevel: number;
  /** log2 of what one entry of the entry level maps. */
  readonly entryShift: number;
  /** Entries of all concatenated tables. */
  readonly entries: number;
}

/** `ARM64_MIN_PARANGE_BITS`, and the widest IPA there is. */
const ipaLimits = { least: 32, most: 52 } as const;
/** Address bits that concatenating 16 tables at the entry level resolves. */
const concatenationBits = 4;
/** Since v4.20, so that a host's PMD-sized page never has to be split. */
const fewestLevels: Readonly<Record<GeometryForm, number>> = { seed: 1, 'v4.20': 2, current: 2 };

/** `stage2_pt_levels()` without a minimum. */
export function levelsByFormula(granule: Granule, ipaBits: number): number {
  return levelsForBits(granule, ipaBits - concatenationBits);
}

/** The layout for a request, or what is wrong with it. */
export function stage2Layout(
  request: GeometryRequest,
): Stage2Layout | { readonly problem: string } {
  const { ipaBits, form = 'current' } = request;
  const granule = granules[request.granule];
  if (!Number.isInteger(ipaBits) || ipaBits < ipaLimits.least || ipaBits > ipaLimits.most) {
    return {
      problem: `an IPA of ${ipaBits} bits is out of range: KVM takes ${ipaLimits.least} to ${ipaLimits.most}`,
    };
  }
  const levels = Math.max(fewestLevels[form], levelsByFormula(granule, ipaBits));
  const entryShift = levelShift(granule, levels);
  return {
    granule,
    form,
    ipaBits,
    levels,
    entryLevel: architectureLevel(levels),
    entryShift,
    entries: 2 ** Math.max(0, ipaBits - entryShift),
  };
}

/**
 * The highest level (the architecture's number) at which KVM makes blocks:
 * `KVM_PGTABLE_MIN_BLOCK_LEVEL`. Source: Linux 6.1 to 7.2 `kvm_pgtable.h`.
 */
export function largestBlockLevel(granule: Granule): number {
  return granule.name === '4K' ? 1 : 2;
}
