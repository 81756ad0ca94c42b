import { blockAllowed, field } from '../paging/arm64-fields';
import { stage1Fields } from '../paging/arm64-stage1-fields';
import type { CpuConfig } from '../paging/cpu';
import type { Facts } from '../paging/decoded-entry';
import { layFields } from '../paging/field-layers';
import type { FieldSpec } from '../paging/format';
import { architectureLevel } from '../paging/arm64-granule';
import { bitField, formatWord } from '../word';
import type { LinuxStage1Row, SwapLayout } from './arm64-linux-rows';

/**
 * What Linux makes of an invalid stage-1 entry: names as `linux.kind` in the vector files, and
 * `unknown` where it writes nothing but 0, in tables that hold no leaves.
 */
export type InvalidKind =
  'none' | 'swap' | 'prot_none' | 'present_invalid' | 'valid_bit_cleared' | 'unknown';

const at = (value: bigint, bit: number): boolean => bitField(value, bit, bit) === 1n;

/**
 * The order is the kernel's own: present or not first, then swap. An entry that kept bit 1 had its
 * valid bit cleared and nothing else (debug_pagealloc, KFENCE, `set_memory_valid()`).
 * Source: Linux 6.1, 6.12 `pgtable.h` `pte_protnone()`, `pte_present_invalid()`, `pmd_present()`.
 */
export function invalidKind(
  value: bigint,
  level: number,
  cpu: CpuConfig,
  row: LinuxStage1Row,
): InvalidKind {
  if (value === 0n) return 'none';
  if (level > 1 && !blockAllowed(level, cpu)) return 'unknown';
  const mark = row.presentInvalid;
  const marked =
    mark !== null &&
    at(value, mark.bit) &&
    (mark.onlyLevel === null || mark.onlyLevel === architectureLevel(level));
  if (row.bit58 === 'prot-none-if-invalid' && at(value, 58)) return 'prot_none';
  if (marked && mark.onlyLevel === null && !at(value, 6) && at(value, 54)) return 'prot_none';
  if (marked) return 'present_invalid';
  return at(value, 1) ? 'valid_bit_cleared' : 'swap';
}

function swapFacts(value: bigint, swap: SwapLayout): Facts {
  const type = Number(bitField(value, ...swap.type));
  return {
    swap_type: type,
    swap_offset: bitField(value, ...swap.offset),
    swap_use: specialUse(type, swap),
    exclusive: swap.exclusive === null ? null : at(value, swap.exclusive),
    uffd_wp: swap.uffdWp === null ? null : at(value, swap.uffdWp),
  };
}

/** What a type is for beside swapping, with every option of the kernel on; `null`: a swap device. */
function specialUse(type: number, swap: SwapLayout): string | null {
  return swap.specialTypes[31 - type] ?? null;
}

function swapFields(swap: SwapLayout, source: string): FieldSpec[] {
  const flag = (name: string, bit: number | null, set: string): FieldSpec[] =>
    bit === null ? [] : [field(name, [bit, bit], 'software', ['', set], source)];
  return [
    field('swap-offset', swap.offset, 'software', (v) => `offset ${formatWord(v)}`, source),
    field(
      'swap-type',
      swap.type,
      'software',
      (type) => {
        const use = specialUse(Number(type), swap);
        return use === null
          ? `swap device ${type}`
          : `${use}, where the kernel has every option on`;
      },
      source,
    ),
    ...flag('exclusive', swap.exclusive, 'the anonymous page is exclusive'),
    ...flag('uffd-wp', swap.uffdWp, 'write-protected for userfaultfd'),
  ];
}

/** Facts of an invalid entry, as `linux` in the vector files. */
export function invalidFacts(value: bigint, kind: InvalidKind, row: LinuxStage1Row): Facts {
  const present = kind === 'prot_none' || kind === 'present_invalid';
  return { kind, present, ...(kind === 'swap' ? swapFacts(value, row.swap) : {}) };
}

/** Fields of an invalid entry: a swap entry's parts, or the leaf it was and may be again. */
export function invalidFields(
  kind: InvalidKind,
  level: number,
  cpu: CpuConfig,
  row: LinuxStage1Row,
): FieldSpec[] {
  const invalid = stage1Fields('invalid', level, cpu);
  if (kind === 'none' || kind === 'unknown') return invalid;
  if (kind === 'swap') return layFields(invalid, swapFields(row.swap, row.source));
  const leaf = stage1Fields(level === 1 ? 'page' : 'block', level, cpu);
  const marks: FieldSpec[] = [];
  const mark = row.presentInvalid;
  if (row.bit58 === 'prot-none-if-invalid') {
    marks.push(
      field(
        'PTE_PROT_NONE',
        [58, 58],
        'software',
        ['', 'present, but nobody may use it'],
        row.source,
      ),
    );
  }
  if (mark !== null && (mark.onlyLevel === null || mark.onlyLevel === architectureLevel(level))) {
    const name = mark.bit === 11 ? 'PTE_PRESENT_INVALID' : 'PMD_PRESENT_INVALID';
    const meaning = ['', 'present for Linux, though the valid bit is clear'];
    marks.push(field(name, [mark.bit, mark.bit], 'software', meaning, row.source));
  }
  return layFields(layFields(leaf, linuxLeafFields(row)), marks);
}

/** Facts of a valid leaf, as `linux` in the vector files. `null`: this kernel has no such bit. */
export function leafFacts(value: bigint, row: LinuxStage1Row): Facts {
  const write = at(value, 51);
  const rdonly = at(value, 7);
  return {
    present: true,
    write,
    rdonly,
    dirty: at(value, 55) || (write && !rdonly),
    special: at(value, 56),
    devmap: row.devmap ? at(value, 57) : null,
    uffd_wp: row.bit58 === 'uffd-wp' ? at(value, 58) : null,
    pkey: row.overlay ? Number(bitField(value, 62, 60)) : null,
  };
}

/** Linux's software bits of a valid leaf. Source: the row's. */
export function linuxLeafFields(row: LinuxStage1Row): FieldSpec[] {
  const soft = (name: string, bit: number, set: string): FieldSpec =>
    field(name, [bit, bit], 'software', ['', set], row.source);
  return [
    ...(row.overlay
      ? [
          field(
            'POIndex',
            [62, 60],
            'permission',
            (value) => `permission overlay ${value}`,
            row.source,
          ),
          field('PBHA', [59, 59], 'ignored', '', row.source),
        ]
      : []),
    row.bit58 === 'uffd-wp'
      ? soft('uffd-wp', 58, 'write-protected for userfaultfd')
      : soft('software[58]', 58, 'means nothing in a valid entry'),
    row.devmap
      ? soft('devmap', 57, 'device memory with struct pages (DAX)')
      : soft('software[57]', 57, ''),
    soft('special', 56, 'no struct page (zero page, PFN map)'),
    soft('dirty', 55, 'dirty (software)'),
    field(
      'write',
      [51, 51],
      'software',
      ['Linux may not write', 'Linux may write: hardware, or a fault, clears AP[2] (DBM)'],
      row.source,
    ),
  ];
}
