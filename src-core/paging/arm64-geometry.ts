import { architectureLevel, granules, levelShift, levelsForBits } from './arm64-granule';
import type { Granule, GranuleName } from './arm64-granule';
import { paRangeBits, paRangeFor } from './arm64-parange';
import { ipaRange, startLevelFromSl0 } from './arm64-start-levels';
import { composeVtcr } from './arm64-vtcr';
import type { Facts } from './decoded-entry';

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

/** Levels a host's own tables have, by its VA size: sizes of 2018. Source: Linux 4.19 `Kconfig`. */
const hostLevels: Readonly<Record<GranuleName, Readonly<Record<number, number>>>> = {
  '4K': { 39: 3, 48: 4 },
  '16K': { 36: 2, 47: 3, 48: 4 },
  '64K': { 42: 2, 48: 3 },
};

/** `stage2_pt_levels()` without a minimum. */
function levelsByFormula(granule: Granule, ipaBits: number): number {
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

/** Whether the IPA size is beyond what 4K and 16K have without LPA2. */
function needsLpa2({ granule, ipaBits }: Stage2Layout): boolean {
  return ipaBits > 48 && granule.name !== '64K';
}

function hostVaBits(layout: Stage2Layout): readonly number[] {
  if (needsLpa2(layout)) return [];
  return Object.entries(hostLevels[layout.granule.name])
    .filter(([, levels]) => layout.levels <= levels)
    .map(([bits]) => Number(bits));
}

/** Names that every form has: of `golden/arm64-geometry`, then of `facts/arm64-geometry.json`. */
function common(layout: Stage2Layout): Facts {
  const { granule, ipaBits, levels, entryLevel, entryShift, entries } = layout;
  return {
    form: layout.form,
    granule: granule.name,
    page_shift: granule.pageShift,
    ipa_bits: ipaBits,
    levels,
    entry_level: entryLevel,
    entry_shift: entryShift,
    levels_by_formula: levelsByFormula(granule, ipaBits),
    mmu_cache_min_pages: levels - 1,
    t0sz: 64 - ipaBits,
    sl0: granule.startLevelBase - entryLevel,
    vttbr_x: ipaBits - levels * granule.stride,
    start_level: entryLevel,
    pgdir_shift: entryShift,
    concat_tables: Math.max(1, entries / 2 ** granule.stride),
    cache_min_pages: levels - 1,
  };
}

/** Up to v5.9 a VM's root had just as many bytes as entries, allocated by `alloc_pages_exact()`. */
function countedEntries(layout: Stage2Layout): Facts {
  return {
    pgd_entries: layout.entries,
    pgd_bytes: layout.entries * 8,
    pgd_ptrs: layout.entries,
    host_va_bits_ok: hostVaBits(layout),
  };
}

function vtcr(layout: Stage2Layout, lpa2: boolean): Facts {
  const wide = lpa2 || layout.granule.name === '64K';
  const value = composeVtcr(layout, { paRange: paRangeFor(wide ? 52 : 48), ds: lpa2 });
  return { vtcr: value, ipa_from_vtcr: 64 - Number(value & 0x3fn) };
}

function currentOnly(layout: Stage2Layout): Facts {
  const { granule, ipaBits, entryLevel, entryShift, entries } = layout;
  const pageBytes = 2 ** granule.pageShift;
  const pages = Math.max(1, entries / 2 ** granule.stride);
  const start = startLevelFromSl0(granule, granule.startLevelBase - entryLevel, 0);
  const largestBlock = largestBlockLevel(granule);
  const blockLevel = Math.max(largestBlock, entryLevel);
  const ds = needsLpa2(layout);
  const paRange = paRangeFor(ipaBits);
  return {
    pgd_pages: pages,
    pgd_bytes: pages * pageBytes,
    root_index_bits: ipaBits - entryShift,
    root_entries: entries,
    root_table_bytes: entries * 8,
    pgd_alloc_bytes: pages * pageBytes,
    pgd_alloc_align: pages * pageBytes,
    vttbr_arch_min_align: Math.max(entries * 8, 64),
    max_block_level: largestBlock,
    max_block_bytes: 2 ** levelShift(granule, architectureLevel(blockLevel)),
    needs_lpa2_ds: ds,
    needs_52bit_pa: ipaBits > 48,
    first_kernel: ds ? '6.8' : '5.10',
    pamax_min_for_start_level: start?.paMaxMin ?? null,
    arch_ipa_range_for_start_level: ipaRange(granule, entryLevel),
    vtcr_base: composeVtcr(layout, {}),
    vtcr_example: composeVtcr(layout, { paRange, ds }),
    vtcr_example_ps_bits: paRangeBits[paRange]!,
  };
}

const formFacts: Readonly<Record<GeometryForm, (layout: Stage2Layout, lpa2: boolean) => Facts>> = {
  seed: (layout) => ({
    ...countedEntries(layout),
    sl0_encoding: layout.granule.startLevelBase - layout.entryLevel,
    has_pgd: layout.levels >= 4,
    has_pud: layout.levels >= 3,
  }),
  'v4.20': (layout, lpa2) => ({
    ...countedEntries(layout),
    ...vtcr(layout, lpa2),
    has_pud: layout.levels > 3,
    has_pmd: layout.levels > 2,
  }),
  current: (layout, lpa2) => ({
    ...currentOnly(layout),
    ...vtcr(layout, lpa2 || needsLpa2(layout)),
  }),
};

/** In words, where the forms part ways for this size. */
function differences(layout: Stage2Layout): string[] {
  const { granule } = layout;
  if (needsLpa2(layout)) return ['needs LPA2 (v6.8+); not possible before'];
  const differs: string[] = [];
  if (levelsByFormula(granule, layout.ipaBits) < 2) differs.push('seed has no 2-level minimum');
  const hosts = Object.keys(hostLevels[granule.name]).length;
  if (hostVaBits(layout).length < hosts) {
    differs.push(
      'seed and v4.20..v5.9 need a host with at least as many levels (see host_va_bits_ok); v5.10+ does not care',
    );
  }
  return differs;
}

/**
 * The stage-2 layout for an IPA size, under the names of `golden/arm64-geometry` and, beside them,
 * of `facts/arm64-geometry.json`: what `pagewalk geometry --json` prints. Byte sizes and counts are
 * numbers, registers words. The VTCR value assumes a 48-bit CPU (52 with 64K or LPA2), 16-bit VMIDs
 * and hardware management of the access flag.
 * @returns the facts, or a sentence that says what is wrong with the request.
 */
export function stage2Geometry(request: GeometryRequest): Facts | { readonly problem: string } {
  const layout = stage2Layout(request);
  if ('problem' in layout) return layout;
  const lpa2 = request.lpa2 === true && layout.granule.name !== '64K';
  return {
    ...common(layout),
    lpa2,
    ...formFacts[layout.form](layout, lpa2),
    block_levels: blockLevels(layout),
    differs: differences(layout),
  };
}

/** Every level from 0 to 3: what an entry maps, and whether KVM would make a block of it. */
function blockLevels({ granule }: Stage2Layout): Facts[] {
  return [0, 1, 2, 3].map((level) => ({
    level,
    entry_shift: levelShift(granule, architectureLevel(level)),
    block_mapping_allowed: level >= largestBlockLevel(granule),
  }));
}

/**
 * The highest level (the architecture's number) at which KVM makes blocks:
 * `KVM_PGTABLE_MIN_BLOCK_LEVEL`. Source: Linux 6.1 to 7.2 `kvm_pgtable.h`.
 */
export function largestBlockLevel(granule: Granule): number {
  return granule.name === '4K' ? 1 : 2;
}
