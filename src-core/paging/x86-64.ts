import { bitMask } from '../word';
import type { CpuConfig } from './cpu';
import { layFields, plainField, reservedFields } from './field-layers';
import type {
  CompiledFormat,
  FieldSpec,
  HardwareFormatName,
  HardwareKind,
  LevelRule,
  PagingFormat,
  TableShape,
} from './format';
import { levelRule } from './level-rule';
import { addressBits, encryptionBit, reservedAddressBits } from './physical-address';
import { addressField, flagField, pagingSource, protectionKey, x86Bits } from './x86-fields';

const pageSizeBit = 0x80n;
const noExecuteBit = 1n << 63n;
/** W and U grant; NX denies. */
const grants = 0x6n;
const pageSize = { mask: 0x80, value: 0x80 } as const;

/** Where 64-bit formats of the AMD and Intel manuals differ. */
interface Dialect {
  readonly name: HardwareFormatName;
  readonly title: string;
  readonly signExtended: boolean;
  /** Bit 8 of level 4 and 5 entries is reserved: AMD only (APM vol. 2 figures 5-21, 5-22). */
  readonly bit8Reserved: (cpu: CpuConfig) => boolean;
}

function tableReserved(dialect: Dialect, level: number, cpu: CpuConfig): bigint {
  const noExecute = cpu.nx === false ? noExecuteBit : 0n;
  const upper = level < 4 ? 0n : pageSizeBit | (dialect.bit8Reserved(cpu) ? 0x100n : 0n);
  return reservedAddressBits(cpu) | noExecute | upper;
}

function leafReserved(level: number, cpu: CpuConfig): bigint {
  const noExecute = cpu.nx === false ? noExecuteBit : 0n;
  const common = reservedAddressBits(cpu) | noExecute;
  if (level === 2) return common | bitMask(20, 13);
  if (level === 3) return common | bitMask(29, 13) | (cpu.gbPages === false ? pageSizeBit : 0n);
  return common;
}

function rule(dialect: Dialect, level: number, cpu: CpuConfig): LevelRule {
  const shift = 12 + 9 * (level - 1);
  const denies = cpu.nx === false ? 0n : noExecuteBit;
  return levelRule({
    level,
    shift,
    indexBits: 9,
    present: 1n,
    leafWhen: level === 1 ? 'always' : level <= 3 ? pageSize : 'never',
    table: {
      address: addressBits(cpu, 12),
      reserved: tableReserved(dialect, level, cpu),
      grants,
      denies,
    },
    leaf: { address: addressBits(cpu, shift), reserved: leafReserved(level, cpu), grants, denies },
  });
}

const wholeEntry = plainField('ignored', 63, 0, pagingSource);
const common = [
  x86Bits.noExecute,
  x86Bits.accessed,
  x86Bits.cacheDisable,
  x86Bits.writeThrough,
  x86Bits.user,
  x86Bits.write,
  x86Bits.present,
];

function encryptionField(cpu: CpuConfig): FieldSpec[] {
  const cBit = encryptionBit(cpu);
  if (cBit === 0n) return [];
  const bit = cBit.toString(2).length - 1;
  const meanings = ['not encrypted', 'encrypted memory'] as const;
  return [flagField('C-bit', bit, 'attribute', meanings, 'APM vol. 2 7.10.1')];
}

function fields(dialect: Dialect, kind: HardwareKind, level: number, cpu: CpuConfig): FieldSpec[] {
  if (kind === 'none') return layFields([wholeEntry], [x86Bits.present]);
  const leaf = kind === 'leaf' || level === 1;
  const low = leaf ? 12 + 9 * (level - 1) : 12;
  const own = leaf
    ? [
        protectionKey,
        x86Bits.global,
        x86Bits.dirty,
        ...(level === 1 ? [x86Bits.pat] : [x86Bits.largePat, x86Bits.table]),
        addressField('frame', 51, low, pagingSource),
      ]
    : [addressField('frame', 51, low, pagingSource), ...(level <= 3 ? [x86Bits.table] : [])];
  const reserved = leaf ? leafReserved(level, cpu) : tableReserved(dialect, level, cpu);
  // With no 1 GiB pages the page-size bit itself is reserved, but it still says what was meant.
  const shown = level === 3 ? reserved & ~pageSizeBit : reserved;
  return layFields(
    layFields([wholeEntry], [...common, ...own]),
    layFields(encryptionField(cpu), reservedFields(shown, pagingSource)),
  );
}

function compile(format: PagingFormat, dialect: Dialect, shape: TableShape): CompiledFormat {
  return {
    format,
    shape,
    rules: Array.from({ length: shape.levels }, (_, index) => rule(dialect, index + 1, shape.cpu)),
    entryBytes: 8,
    addressBits: 12 + 9 * shape.levels,
    signExtended: dialect.signExtended,
    rootAlignment: 4096,
  };
}

/** A format with the entries of long mode; see {@link Dialect} for what may differ. */
export function longModeFormat(dialect: Dialect): PagingFormat {
  const format: PagingFormat = {
    name: dialect.name,
    title: dialect.title,
    entryBytes: 8,
    levelCounts: [4, 5],
    compile: (shape) => compile(format, dialect, shape),
    fields: (kind, level, cpu) => fields(dialect, kind, level, cpu),
    permissions: (andLo, _andHi, _orLo, orHi) => ({
      read: true,
      write: (andLo & 2) !== 0,
      execute: orHi >>> 31 === 0,
      user: (andLo & 4) !== 0,
    }),
  };
  return format;
}

/** x86-64 paging as the CPU walks it: a host's or a guest's own tables. */
export const x8664: PagingFormat = longModeFormat({
  name: 'x86-64',
  title: 'x86-64',
  signExtended: true,
  bit8Reserved: (cpu) => cpu.vendor === 'amd',
});
