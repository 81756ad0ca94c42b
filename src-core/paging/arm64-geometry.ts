import { architectureLevel, levelShift, type GranuleName } from './arm64-granule';
import { paRangeBits, paRangeFor } from './arm64-parange';
import {
  largestBlockLevel,
  levelsByFormula,
  stage2Layout,
  type GeometryForm,
  type GeometryRequest,
  type Stage2Layout,
} from './arm64-stage2-layout';
import { ipaRange, startLevelFromSl0 } from './arm64-start-levels';
import { composeVtcr } from './arm64-vtcr';
import type { Facts } from './decoded-entry';

/** Levels a host's own tables have, by its VA size: sizes of 2018. Source: Linux 4.19 `Kconfig`. */
const hostLevels: Readonly<Record<GranuleName, Readonly<Record<number, number>>>> = {
  '4K': { 39: 3, 48: 4 },
  '16K': { 36: 2, 47: 3, 48: 4 },
  '64K': { 42: 2, 48: 3 },
};

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
