import type { Granule, GranuleName } from './arm64-granule';

/** An entry level a stage-2 walk may have, with the IPA sizes it serves. */
export interface StartLevel {
  readonly granule: GranuleName;
  /** The architecture's number: 3 is the smallest page. */
  readonly startLevel: number;
  readonly sl0: number;
  readonly sl2: number;
  readonly ipaMin: number;
  readonly ipaMax: number;
  /** Least physical-address bits of the CPU; `null`: any. */
  readonly paMaxMin: number | null;
  readonly needs: string | null;
}

type Row = readonly [
  startLevel: number,
  sl0: number,
  paMaxMin: number | null,
  needs: string | null,
];

/**
 * Sources: Arm ARM (DDI 0487), VTCR_EL2.SL0 and SL2; QEMU `check_s2_mmu_setup()`; Linux 7.2
 * `nested.c` `check_base_s2_limits()`.
 */
const rows: Readonly<Record<GranuleName, readonly Row[]>> = {
  '4K': [
    [-1, 0, null, 'DS=1 (FEAT_LPA2)'],
    [0, 2, 44, null],
    [1, 1, null, null],
    [2, 0, null, null],
    [3, 3, null, 'FEAT_TTST'],
  ],
  '16K': [
    [0, 3, null, 'DS=1 (FEAT_LPA2)'],
    [1, 2, 42, null],
    [2, 1, null, null],
    [3, 0, null, null],
  ],
  '64K': [
    [1, 2, 44, null],
    [2, 1, null, null],
    [3, 0, null, null],
  ],
};

const widestInput = 52;
/** log2 of the most tables the entry level may concatenate. */
const concatenation = 4;

/** Fewest and most IPA bits an entry level serves: one bit of index up to a full table times 16. */
export function ipaRange(granule: Granule, startLevel: number): readonly [number, number] {
  const least = (3 - startLevel) * granule.stride + granule.pageShift + 1;
  return [least, Math.min(least + granule.stride - 1 + concatenation, widestInput)];
}

/** The entry levels a granule may have, highest first. */
export function legalStartLevels(granule: Granule): readonly StartLevel[] {
  return rows[granule.name].map(([startLevel, sl0, paMaxMin, needs]) => {
    const [ipaMin, ipaMax] = ipaRange(granule, startLevel);
    const sl2 = startLevel < 0 ? 1 : 0;
    return { granule: granule.name, startLevel, sl0, sl2, ipaMin, ipaMax, paMaxMin, needs };
  });
}

/** The entry level VTCR_EL2's SL0 and SL2 choose; `undefined`: reserved for this granule. */
export function startLevelFromSl0(
  granule: Granule,
  sl0: number,
  sl2: number,
): StartLevel | undefined {
  return legalStartLevels(granule).find((row) => row.sl0 === sl0 && row.sl2 === sl2);
}
