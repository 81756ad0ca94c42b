import { bitMask } from '../word';
import type { CpuConfig } from './cpu';
import { layFields, plainField, reservedFields } from './field-layers';
import type { FieldSpec, HardwareKind, LevelRule, PagingFormat } from './format';
import { levelRule } from './level-rule';
import { addressBits, reservedAddressBits } from './physical-address';
import { addressField, x86Bits } from './x86-fields';

const source = 'SDM vol. 3A "PAE Paging"; APM vol. 2 5.2.3';
const noExecuteBit = 1n << 63n;
const grants = 0x6n;
/** PAE entries have no ignored bits above the address. */
const aboveAddress = bitMask(62, 52);
/** PDPTEs have neither rights nor A and D bits. */
const directoryPointerReserved = noExecuteBit | bitMask(8, 5) | bitMask(2, 1);
const largePageReserved = bitMask(20, 13);

function commonReserved(cpu: CpuConfig): bigint {
  return aboveAddress | reservedAddressBits(cpu) | (cpu.nx === false ? noExecuteBit : 0n);
}

function reservedBits(level: number, leaf: boolean, cpu: CpuConfig): bigint {
  const common = commonReserved(cpu);
  if (level === 3) return common | directoryPointerReserved;
  return level === 2 && leaf ? common | largePageReserved : common;
}

function rule(level: number, cpu: CpuConfig): LevelRule {
  const shift = 12 + 9 * (level - 1);
  const rights = level === 3 ? {} : { grants, denies: cpu.nx === false ? 0n : noExecuteBit };
  const masks = levelRule({
    level,
    shift,
    indexBits: level === 3 ? 2 : 9,
    present: 1n,
    leafWhen: level === 1 ? 'always' : level === 2 ? { mask: 0x80, value: 0x80 } : 'never',
    table: { address: addressBits(cpu, 12), reserved: reservedBits(level, false, cpu), ...rights },
    leaf: {
      address: addressBits(cpu, shift),
      reserved: reservedBits(level, true, cpu),
      ...rights,
    },
  });
  return level === 3 ? { ...masks, checkedAtLoad: true } : masks;
}

const wholeEntry = plainField('ignored', 63, 0, source);
const rights = [x86Bits.noExecute, x86Bits.accessed, x86Bits.user, x86Bits.write];

function fields(kind: HardwareKind, level: number, cpu: CpuConfig): FieldSpec[] {
  if (kind === 'none') return layFields([wholeEntry], [x86Bits.present]);
  const leaf = kind === 'leaf' || level === 1;
  const named = [
    x86Bits.cacheDisable,
    x86Bits.writeThrough,
    x86Bits.present,
    addressField('frame', 51, leaf ? 12 + 9 * (level - 1) : 12, source),
    ...(level === 3 ? [] : rights),
    ...(leaf ? [x86Bits.global, x86Bits.dirty] : []),
    ...(leaf && level === 1 ? [x86Bits.pat] : []),
    ...(leaf && level === 2 ? [x86Bits.largePat] : []),
    ...(level === 2 ? [x86Bits.table] : []),
  ];
  return layFields(
    layFields([wholeEntry], named),
    reservedFields(reservedBits(level, leaf, cpu), source),
  );
}

/** PAE paging: four directory pointers, then two levels of 512 entries. */
export const pae: PagingFormat = {
  name: 'pae',
  title: 'PAE',
  entryBytes: 8,
  levelCounts: [3],
  compile: (shape) => ({
    format: pae,
    shape,
    rules: [1, 2, 3].slice(0, shape.levels).map((level) => rule(level, shape.cpu)),
    entryBytes: 8,
    addressBits: 32,
    signExtended: false,
    rootAlignment: 32,
  }),
  fields,
  permissions: (andLo, _andHi, _orLo, orHi) => ({
    read: true,
    write: (andLo & 2) !== 0,
    execute: orHi >>> 31 === 0,
    user: (andLo & 4) !== 0,
  }),
};
