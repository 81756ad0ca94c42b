import {
  type Facts,
  formatWord,
  type GeometryForm,
  type GranuleName,
  granules,
  largestBlockLevel,
  sizeText,
} from '../../src-core/index';

import { type Answer, code, type Line, strong, type Table } from './answer';
import { plain } from './fact-phrases';
import { counted } from './quantities';

/** Whose rules a form is. */
const formTexts: Readonly<Record<GeometryForm, string>> = {
  seed: 'as posted in June 2018 (series v3)',
  'v4.20': 'KVM of Linux v4.20 – v5.9',
  current: 'KVM of Linux v5.10 and later',
};

/** What the levels of a stage-2 tree depend on. */
export interface Stage2Size {
  readonly granule: GranuleName;
  readonly ipaBits: number;
  readonly levels: number;
}

interface Row {
  readonly name: string;
  readonly fact: string;
  readonly value: (value: NonNullable<Facts[string]>) => Line;
  readonly says: string;
}

const count = (value: unknown): Line => [String(value)];
const bytes = (value: unknown): Line => [sizeText(Number(value))];
const word = (value: unknown): Line => [
  code(typeof value === 'bigint' ? formatWord(value) : String(value)),
];

/** Facts of a layout in a reader's order; one that a form does not have is left out. */
const rows: readonly Row[] = [
  { name: 'levels', fact: 'levels', value: count, says: '' },
  {
    name: 'entry level',
    fact: 'entry_level',
    value: count,
    says: "the architecture's number; 3 is the smallest page",
  },
  { name: 'concatenated tables', fact: 'concat_tables', value: count, says: 'at the entry level' },
  {
    name: 'root, as allocated',
    fact: 'pgd_bytes',
    value: bytes,
    says: 'KVM aligns it to its own size',
  },
  {
    name: 'root, least alignment',
    fact: 'vttbr_arch_min_align',
    value: bytes,
    says: 'what VTTBR_EL2 needs',
  },
  {
    name: 'VTTBR_EL2.BADDR',
    fact: 'vttbr_x',
    value: (value) => [`bit ${plain(value)} and up`],
    says: 'bits below are RES0',
  },
  { name: 'VTCR_EL2.T0SZ', fact: 't0sz', value: count, says: '64 minus the IPA size' },
  { name: 'VTCR_EL2.SL0', fact: 'sl0', value: count, says: 'entry level, by the granule' },
  {
    name: 'VTCR_EL2',
    fact: 'vtcr',
    value: word,
    says: 'on a CPU with 48-bit PA (52 with 64K or LPA2), 16-bit VMIDs and hardware AF',
  },
  {
    name: 'MMU cache, least pages',
    fact: 'mmu_cache_min_pages',
    value: count,
    says: 'tables that one fault may need: kvm_mmu_cache_min_pages()',
  },
  {
    name: 'first kernel',
    fact: 'first_kernel',
    value: (value) => [`v${plain(value)}`],
    says: 'that makes VMs of this size this way',
  },
  {
    name: 'host VA sizes',
    fact: 'host_va_bits_ok',
    value: (value) => [`${plain(value)} bits`],
    says: 'hosts whose own tables have levels enough',
  },
];

/** The layout of stage 2 for an IPA size: from the facts of `stage2Geometry`. */
export function layoutAnswer(facts: Facts): Answer {
  const size = sizeOf(facts);
  const differs = Array.isArray(facts.differs) ? facts.differs.map(plain) : [];
  return {
    headline: [strong(`Stage 2, ${size.granule} pages, ${size.ipaBits}-bit IPA`)],
    meaning: [
      [
        `${counted(size.levels, 'level')} from level ${plain(facts.entry_level)}, ${rootText(facts)}`,
      ],
      [formTexts[facts.form as GeometryForm]],
    ],
    warnings: differs.map((text) => [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`]),
    table: levelTable(size),
    below: { head: [[], [], []], rows: rows.flatMap((row) => factRow(row, facts)) },
    everyBit: null,
    notes: [],
    basis:
      'Linux arch/arm64/kvm (stage2_pgtable.h to v5.9, hyp/pgtable.c since v5.10); Arm ARM (DDI 0487) D8.2, VTCR_EL2, VTTBR_EL2.',
    links: [],
  };
}

/** In a few words, for a line under an input box: `3 levels from level 1, root of 8 KiB`. */
export function layoutInShort(facts: Facts): string {
  const levels = counted(Number(facts.levels), 'level');
  return `${levels} from level ${plain(facts.entry_level)}, ${rootText(facts)}`;
}

/** A row for each level of a tree: its index, how many entries, what one maps. */
export function levelTable({ granule: name, ipaBits, levels }: Stage2Size): Table {
  const { pageShift, stride } = granules[name];
  const largest = largestBlockLevel(granules[name]);
  return {
    head: [['level'], ['IPA bits'], ['entries'], ['an entry maps'], ['blocks']],
    rows: Array.from({ length: levels }, (_, below) => {
      const height = levels - 1 - below;
      const shift = pageShift + stride * height;
      const top = below === 0 ? ipaBits : shift + stride;
      return [
        [`${3 - height}${below === 0 ? ' (root)' : ''}`],
        [top > shift + 1 ? `${top - 1}:${shift}` : String(shift)],
        [String(2 ** Math.max(0, top - shift))],
        [sizeText(2 ** shift)],
        [height === 0 ? 'pages' : 3 - height >= largest ? 'allowed' : '–'],
      ];
    }),
  };
}

function sizeOf(facts: Facts): Stage2Size {
  return {
    granule: facts.granule as GranuleName,
    ipaBits: Number(facts.ipa_bits),
    levels: Number(facts.levels),
  };
}

function rootText(facts: Facts): string {
  const tables = Number(facts.concat_tables);
  const size = sizeText(Number(facts.pgd_bytes));
  return tables > 1 ? `root of ${tables} concatenated tables (${size})` : `root of ${size}`;
}

function factRow({ name, fact, value, says }: Row, facts: Facts): Line[][] {
  const found = facts[fact];
  if (found === undefined || found === null) return [];
  if (Array.isArray(found) && found.length === 0) return [];
  return [[[name], value(found), [says]]];
}
