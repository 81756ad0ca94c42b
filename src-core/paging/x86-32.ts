import { bitMask, formatWord } from '../word';
import type { CpuConfig } from './cpu';
import { layFields, plainField, reservedFields } from './field-layers';
import type { FieldSpec, HardwareKind, LevelRule, PagingFormat } from './format';
import { levelRule } from './level-rule';
import { addressField, x86Bits } from './x86-fields';

const source = 'SDM vol. 3A "32-Bit Paging"; APM vol. 2 5.2.2';
const grants = 0x6n;
const pageAddress = bitMask(31, 12);
const largeAddress = bitMask(31, 22);

/** Unknown: PSE-36, as KVM's own walker assumes (`is_cpuid_PSE36` in mmu.c returns 1). */
function hasPse36(cpu: CpuConfig): boolean {
  return cpu.pse36 !== false;
}

function largeReserved(cpu: CpuConfig): bigint {
  return hasPse36(cpu) ? bitMask(21, 17) : bitMask(21, 13);
}

/** Bits 35:32 of a 4 MiB page's address stand in bits 16:13; bits 39:36 have no room here. */
function pse36Address(lo: number, _hi: number, leaf: boolean): number {
  if (!leaf) return (lo & 0xffff_f000) >>> 0;
  return ((lo >>> 13) & 0xf) * 0x1_0000_0000 + ((lo & 0xffc0_0000) >>> 0);
}

function rule(level: number, cpu: CpuConfig): LevelRule {
  const table = { address: pageAddress, grants };
  if (level === 1) {
    const leaf = { address: pageAddress, grants };
    return levelRule({
      level,
      shift: 12,
      indexBits: 10,
      present: 1n,
      leafWhen: 'always',
      table,
      leaf,
    });
  }
  return levelRule({
    level,
    shift: 22,
    indexBits: 10,
    present: 1n,
    leafWhen: cpu.pse === false ? 'never' : { mask: 0x80, value: 0x80 },
    table,
    leaf: { address: largeAddress, reserved: largeReserved(cpu), grants },
    ...(hasPse36(cpu) ? { scattered: pse36Address } : {}),
  });
}

const wholeEntry = plainField('ignored', 31, 0, source);
const common = [
  x86Bits.accessed,
  x86Bits.cacheDisable,
  x86Bits.writeThrough,
  x86Bits.user,
  x86Bits.write,
  x86Bits.present,
];
const pse36Field: FieldSpec = {
  name: 'frame-high',
  high: 16,
  low: 13,
  role: 'address',
  meaning: (value) => `address bits 35:32: ${formatWord(value << 32n)}`,
  source,
};

function fields(kind: HardwareKind, level: number, cpu: CpuConfig): FieldSpec[] {
  if (kind === 'none') return layFields([wholeEntry], [x86Bits.present]);
  const leaf = kind === 'leaf' || level === 1;
  if (level === 1) {
    const own = [x86Bits.global, x86Bits.pat, x86Bits.dirty, addressField('frame', 31, 12, source)];
    return layFields([wholeEntry], [...common, ...own]);
  }
  const pageSize = cpu.pse === false ? [] : [x86Bits.table];
  if (!leaf) {
    return layFields([wholeEntry], [...common, ...pageSize, addressField('frame', 31, 12, source)]);
  }
  const own = [
    addressField('frame', 31, 22, source),
    ...(hasPse36(cpu) ? [pse36Field] : []),
    x86Bits.largePat,
    x86Bits.global,
    x86Bits.table,
    x86Bits.dirty,
  ];
  return layFields(
    layFields([wholeEntry], [...common, ...own]),
    reservedFields(largeReserved(cpu), source),
  );
}

/** 32-bit paging: a directory and tables of 1024 four-byte entries; 4 MiB pages with PSE. */
export const x8632: PagingFormat = {
  name: 'x86-32',
  title: '32-bit',
  entryBytes: 4,
  levelCounts: [2],
  compile: (shape) => ({
    format: x8632,
    shape,
    rules: [1, 2].slice(0, shape.levels).map((level) => rule(level, shape.cpu)),
    entryBytes: 4,
    addressBits: 32,
    signExtended: false,
    rootAlignment: 4096,
  }),
  fields,
  permissions: (andLo) => ({
    read: true,
    write: (andLo & 2) !== 0,
    execute: true,
    user: (andLo & 4) !== 0,
  }),
};
