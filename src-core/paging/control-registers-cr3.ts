import { bitField, bitMask, formatWord, setBits } from '../word';
import type { Finding } from './decoded-entry';
import type { DecodedWord } from './decoded-word';
import type { FieldSpec } from './format';
import { encryptionBit, maxPhysBits } from './physical-address';
import type { WordContext } from './word-context';
import { decodeFields, flagsOf, runField } from './word-fields';

/** Which paging a CR3 is the root of: the CPU's mode decides, nothing in the value does. */
export type Cr3Paging = NonNullable<WordContext['paging']>;

interface Cr3Layout {
  readonly title: string;
  /** Bits of the root's address. */
  readonly high: number;
  readonly low: number;
  readonly table: string;
  readonly source: string;
  /** Bits above the address: checked by the CPU, or of no matter. */
  readonly above: 'reserved' | 'ignored';
  /** The low bits hold PWT and PCD, or with CR4.PCIDE a PCID. */
  readonly cacheBits: boolean;
}

const longMode = {
  high: 51,
  low: 12,
  above: 'reserved',
  cacheBits: true,
  source: 'SDM vol. 3A "Use of CR3 with 4-Level Paging and 5-Level Paging"; APM vol. 2 5.3.2',
} as const;

const layouts: Readonly<Record<Cr3Paging, Cr3Layout>> = {
  '32-bit': {
    title: '32-bit paging',
    high: 31,
    low: 12,
    table: 'page directory',
    above: 'ignored',
    cacheBits: true,
    source: 'SDM vol. 3A "Use of CR3 with 32-Bit Paging"',
  },
  pae: {
    title: 'PAE paging',
    high: 31,
    low: 5,
    table: 'four directory pointers',
    above: 'ignored',
    cacheBits: false,
    source: 'SDM vol. 3A "Use of CR3 with PAE Paging"',
  },
  '4-level': { ...longMode, title: '4-level paging', table: 'PML4' },
  '5-level': { ...longMode, title: '5-level paging', table: 'PML5' },
};

/** Where the root table is: the address bits of a CR3, without the memory-encryption bit. */
export function cr3Root(value: bigint, paging: Cr3Paging, context: WordContext = {}): bigint {
  const { high, low } = layouts[paging];
  return value & bitMask(high, low) & ~encryptionBit(context.cpu ?? {});
}

function lowFields(layout: Cr3Layout, pcid: boolean | undefined): FieldSpec[] {
  const flag = flagsOf(layout.source);
  const cache = [
    flag('PCD', 4, 'root table: cache disabled'),
    flag('PWT', 3, 'root table: write-through'),
  ];
  if (!layout.cacheBits) return [];
  if (layout.above === 'ignored' || pcid === false) return cache;
  const meaning = (value: bigint): string =>
    pcid === true
      ? `process-context identifier ${value}`
      : `PCID ${value} if CR4.PCIDE is 1; else bit 4 is PCD, bit 3 PWT, the rest ignored`;
  return [runField(pcid === true ? 'PCID' : 'PCID-or-PCD-PWT', 11, 0, layout.source, meaning)];
}

function highFields(layout: Cr3Layout): FieldSpec[] {
  if (layout.above === 'ignored') return [];
  const flag = flagsOf(`${layout.source}; SDM vol. 1 "Linear-Address Masking"`);
  return [
    flag('LAM-U57', 61, 'bits 62:57 of user addresses are masked'),
    flag('LAM-U48', 62, 'bits 62:48 of user addresses are masked'),
  ];
}

function findingsOf(value: bigint, layout: Cr3Layout, context: WordContext): Finding[] {
  if (layout.above === 'ignored') return [];
  const reserved =
    value &
    (bitMask(60, maxPhysBits(context.cpu ?? {})) | bitMask(63, 63)) &
    ~encryptionBit(context.cpu ?? {});
  if (reserved === 0n) return [];
  return [
    {
      code: 'cr3-reserved-bits',
      severity: 'error',
      message:
        `Reserved bits ${formatWord(reserved)} are set: loading this CR3 is a #GP ` +
        `(bit 63 alone may stand in the operand of MOV to CR3). ${layout.source}`,
      bits: setBits(reserved),
    },
  ];
}

interface Naming {
  readonly name: string;
  readonly title: string;
}

function decode(value: bigint, context: WordContext, naming: Naming): DecodedWord {
  const paging = context.paging ?? '4-level';
  const layout = layouts[paging];
  const root = cr3Root(value, paging, context);
  const rootField = runField(
    'root',
    layout.high,
    layout.low,
    layout.source,
    () => `${layout.table} at ${formatWord(root)}`,
    'address',
  );
  const assumed = context.paging === undefined ? ' (assumed)' : '';
  return {
    value,
    name: naming.name,
    title: naming.title,
    summary: `${layout.table} at ${formatWord(root)}, ${layout.title}${assumed}`,
    fields: decodeFields(
      value,
      63,
      [rootField, ...lowFields(layout, context.pcid), ...highFields(layout)],
      { role: layout.above, source: layout.source },
    ),
    facts: {
      root,
      paging,
      pcid:
        layout.above === 'reserved' && context.pcid === true
          ? Number(bitField(value, 11, 0))
          : null,
    },
    findings: findingsOf(value, layout, context),
  };
}

/** CR3. The paging mode is assumed to be 4-level where nobody says. */
export function decodeCr3(value: bigint, context: WordContext = {}): DecodedWord {
  return decode(value, context, { name: 'cr3', title: 'CR3' });
}

/** The VMCB's nCR3: root of AMD's nested tables. No PCIDs there (APM vol. 2 15.25.3). */
export function decodeNestedCr3(value: bigint, context: WordContext = {}): DecodedWord {
  return decode(value, { ...context, pcid: false }, { name: 'ncr3', title: 'nCR3' });
}
