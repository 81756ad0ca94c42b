type Run = readonly [high: number, low: number];

/** Where a swap entry (bits 1:0 zero, not present) keeps its parts. */
export interface SwapLayout {
  readonly type: Run;
  readonly offset: Run;
  readonly exclusive: number | null;
  readonly uffdWp: number | null;
  /**
   * Types that are no swap device, from 31 down, on a kernel with every option on; without some of
   * them the rest moves up.
   */
  readonly specialTypes: readonly string[];
}

/** Linux's software bits in stage-1 entries over one span of kernels. */
export interface LinuxStage1Row {
  readonly name: string;
  readonly from: string;
  /** Last release of the span; `null`: the newest known. */
  readonly last: string | null;
  /** Bit 58 of a valid entry, or of an invalid one. */
  readonly bit58: 'prot-none-if-invalid' | 'uffd-wp';
  readonly devmap: boolean;
  /** How an entry says "present, though not valid". */
  readonly presentInvalid: { readonly bit: number; readonly onlyLevel: number | null } | null;
  /** Bits 62:60 hold a permission overlay index. */
  readonly overlay: boolean;
  readonly mair: 'linux' | 'linux<5.10';
  readonly swap: SwapLayout;
  readonly begins: string;
  readonly source: string;
  readonly caveat: string | null;
}

const v414: LinuxStage1Row = {
  name: 's1-v4.14',
  from: '2.6',
  last: '5.2',
  bit58: 'prot-none-if-invalid',
  devmap: false,
  presentInvalid: null,
  overlay: false,
  mair: 'linux<5.10',
  swap: { type: [7, 2], offset: [57, 8], exclusive: null, uffdWp: null, specialTypes: [] },
  begins: '',
  source: 'Linux 4.14 pgtable-prot.h, pgtable.h',
  caveat: null,
};

const v53: LinuxStage1Row = {
  ...v414,
  name: 's1-v5.3',
  from: '5.3',
  last: '5.9',
  devmap: true,
  begins: '"arm64: mm: implement pte_devmap support"',
  source: 'Linux 5.4 pgtable-prot.h, pgtable.h',
};

const v510: LinuxStage1Row = {
  ...v53,
  name: 's1-v5.10',
  from: '5.10',
  last: '5.10',
  mair: 'linux',
  begins: 'order of the memory attributes in MAIR_EL1',
};

const v511: LinuxStage1Row = {
  ...v510,
  name: 's1-v5.11',
  from: '5.11',
  last: '5.18',
  presentInvalid: { bit: 59, onlyLevel: 2 },
  begins: '"arm64/mm: Change THP helpers to comply with generic MM semantics"',
};

const v519: LinuxStage1Row = {
  ...v511,
  name: 's1-v5.19',
  from: '5.19',
  last: '6.9',
  swap: {
    type: [7, 3],
    offset: [57, 8],
    exclusive: 2,
    uffdWp: null,
    specialTypes: [
      'swap-in error',
      'PTE marker',
      'device exclusive read',
      'device exclusive write',
      'device read',
      'device write',
      'migration (write)',
      'migration (read, exclusive)',
      'migration (read)',
      'hardware poison',
    ],
  },
  begins: '"arm64/pgtable: support __HAVE_ARCH_PTE_SWP_EXCLUSIVE"',
  source: 'Linux 6.1 pgtable-prot.h, pgtable.h, swap.h',
  caveat: 'types from 22 up are those of v6.1',
};

const v610: LinuxStage1Row = {
  ...v519,
  name: 's1-v6.10',
  from: '6.10',
  last: '6.11',
  bit58: 'uffd-wp',
  presentInvalid: { bit: 11, onlyLevel: null },
  swap: {
    type: [10, 6],
    offset: [61, 12],
    exclusive: 2,
    uffdWp: 3,
    specialTypes: [
      'PTE marker',
      'device exclusive read',
      'device exclusive write',
      'device read',
      'device write',
      'migration (write)',
      'migration (read, exclusive)',
      'migration (read)',
      'hardware poison',
    ],
  },
  begins: '"arm64/mm: Refactor PMD_PRESENT_INVALID and PTE_PROT_NONE bits"',
  source: 'Linux 6.12 pgtable-prot.h, pgtable.h, swap.h',
  caveat: 'types from 23 up are those of v6.12',
};

const v612: LinuxStage1Row = {
  ...v610,
  name: 's1-v6.12',
  from: '6.12',
  last: '6.16',
  overlay: true,
  begins: 'permission overlays (FEAT_S1POE)',
  caveat: null,
};

const v617: LinuxStage1Row = {
  ...v612,
  name: 's1-v6.17',
  from: '6.17',
  last: null,
  devmap: false,
  swap: {
    ...v612.swap,
    specialTypes: [
      'PTE marker',
      'device exclusive',
      'device read',
      'device write',
      'migration (write)',
      'migration (read, exclusive)',
      'migration (read)',
      'hardware poison',
    ],
  },
  begins: 'PTE_DEVMAP removed',
  source: 'Linux 7.2 pgtable-prot.h, pgtable.h, swap.h',
  caveat: 'seen in v7.2 and not in v6.12; v6.17 is taken from the date of the patch',
};

/** Oldest first. */
export const linuxStage1Rows: readonly LinuxStage1Row[] = [
  v414,
  v53,
  v510,
  v511,
  v519,
  v610,
  v612,
  v617,
];
