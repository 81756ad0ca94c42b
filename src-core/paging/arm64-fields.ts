import { bitMask, formatWord } from '../word';
import { addressFieldBits, outputLayout } from './arm64-address';
import { architectureLevel, granuleOf, levelShift } from './arm64-granule';
import { formatSize } from './byte-size';
import type { CpuConfig } from './cpu';
import { plainField, reservedFields } from './field-layers';
import type { FieldRole, FieldSpec } from './format';

/** Bits 1:0, D8.3; addresses, D8.3.1; attributes, D8.3.2: numbers of the Arm ARM's issue J.a and later. */
export const descriptorSource = 'Arm ARM (DDI 0487) D8.3 "Translation table descriptor formats"';

/** What a descriptor is. `reserved`: bits 1:0 = 01 where no block is allowed. */
export type DescriptorType = 'invalid' | 'table' | 'block' | 'page' | 'reserved';

/**
 * Whether a block may stand at a level (as KVM counts). Source: Arm ARM D8.3.1, QEMU
 * `lpae_block_desc_valid()`.
 */
export function blockAllowed(level: number, cpu: CpuConfig): boolean {
  const wide = outputLayout(cpu).name !== '48-bit';
  switch (granuleOf(cpu).name) {
    case '4K':
      return level === 2 || level === 3 || (level === 4 && wide);
    case '16K':
    case '64K':
      return level === 2 || (level === 3 && wide);
  }
}

/** What bits 1:0 say at a level (as KVM counts). */
export function descriptorType(value: bigint, level: number, cpu: CpuConfig): DescriptorType {
  if ((value & 1n) === 0n) return 'invalid';
  if ((value & 2n) !== 0n) return level === 1 ? 'page' : 'table';
  return level > 1 && blockAllowed(level, cpu) ? 'block' : 'reserved';
}

/** Bits of a descriptor's address field that a valid entry of this kind leaves 0. */
export function res0AddressBits(type: DescriptorType, level: number, cpu: CpuConfig): bigint {
  const granule = granuleOf(cpu);
  const layout = outputLayout(cpu);
  const leaf = type !== 'table';
  const low = leaf ? levelShift(granule, level) : granule.pageShift;
  const nT = type === 'block' ? 1n << 16n : 0n;
  return bitMask(49, 12) & ~addressFieldBits(layout, low) & ~nT;
}

/** A field from a name, a place and its words. */
export function field(
  name: string,
  [high, low]: readonly [number, number],
  role: FieldRole,
  meaning: string | readonly string[] | ((value: bigint) => string),
  source: string = descriptorSource,
): FieldSpec {
  return {
    name,
    high,
    low,
    role,
    source,
    meaning:
      typeof meaning === 'function'
        ? meaning
        : typeof meaning === 'string'
          ? () => meaning
          : (value) => meaning[Number(value)] ?? '',
  };
}

const res0Meaning = (value: bigint): string =>
  value === 0n ? 'RES0' : 'RES0: should be 0, the CPU ignores it';

/** Runs of RES0 bits: unlike x86's reserved bits they make no fault. */
export function res0Fields(mask: bigint): FieldSpec[] {
  return reservedFields(mask, descriptorSource).map((run) => ({
    ...run,
    name: run.name.replace('reserved', 'RES0'),
    meaning: res0Meaning,
  }));
}

/** Bits 1 and 0 of an entry of this type. */
export function typeFields(type: DescriptorType, level: number): FieldSpec[] {
  const hardware = architectureLevel(level);
  const other = level === 1 ? 'reserved at level 3' : `block at level ${hardware}`;
  return [
    field('type', [1, 1], 'attribute', [other, level === 1 ? 'page' : 'table']),
    field('valid', [0, 0], 'permission', ['invalid', 'valid']),
  ].map((spec) =>
    type === 'reserved' && spec.name === 'type'
      ? {
          ...spec,
          meaning: () => `no block is allowed at level ${hardware}: the CPU takes 01 as invalid`,
        }
      : spec,
  );
}

/** The fields that hold the output or next-table address, the moved part and RES0 bits with them. */
export function addressFields(
  type: 'table' | 'block' | 'page',
  level: number,
  cpu: CpuConfig,
): FieldSpec[] {
  const granule = granuleOf(cpu);
  const layout = outputLayout(cpu);
  const low = type === 'table' ? granule.pageShift : levelShift(granule, level);
  const what = type === 'table' ? 'next table' : 'output address';
  const span = type === 'table' ? '' : `, ${type} of ${formatSize(2 ** low)}`;
  const fields = [
    field('address', [layout.plainTop, low], 'address', (value) => {
      const bits = layout.moved ? `bits ${layout.plainTop}:${low} of the ${what}: ` : `${what} `;
      return `${bits}${formatWord(value << BigInt(low))}${span}`;
    }),
  ];
  if (layout.moved) {
    const { high, low: from, target } = layout.moved;
    fields.push(
      field(
        'address-high',
        [high, from],
        'address',
        (value) =>
          `bits ${target + high - from}:${target} of the ${what} (${layout.name}): ${formatWord(value << BigInt(target))}`,
      ),
    );
  }
  return [...fields, ...res0Fields(res0AddressBits(type, level, cpu))];
}

/** Shareability; with LPA2 its bits hold address bits and there is none. */
export function shareability(cpu: CpuConfig): FieldSpec[] {
  if (outputLayout(cpu).name === 'LPA2') return [];
  const meanings = ['non-shareable', 'reserved', 'outer shareable', 'inner shareable'];
  return [field('SH', [9, 8], 'attribute', meanings)];
}

/** Bits that mean the same in leaves of both stages. */
export function commonLeafFields(
  type: 'block' | 'page',
  level: number,
  cpu: CpuConfig,
): FieldSpec[] {
  const group = granuleOf(cpu).contiguousEntries[level];
  const groupSize =
    group === undefined
      ? ''
      : `: ${group} entries map ${formatSize(group * leafBytes(level, cpu))}`;
  return [
    plainField('ignored', 63, 63, descriptorSource),
    field('PBHA', [62, 59], 'ignored', (value) =>
      value === 0n ? '' : 'page-based hardware attributes, or ignored',
    ),
    field('contiguous', [52, 52], 'attribute', [
      'no hint',
      `one of a contiguous group${groupSize}`,
    ]),
    field('AF', [10, 10], 'state', [
      'access flag clear: the next access faults, unless hardware sets it',
      'accessed',
    ]),
    ...(type === 'block'
      ? [
          field('nT', [16, 16], 'attribute', [
            '',
            'no TLB entry wanted while it is changed (FEAT_BBM)',
          ]),
        ]
      : []),
  ];
}

/** Bytes a leaf of this level maps. */
export function leafBytes(level: number, cpu: CpuConfig): number {
  return 2 ** levelShift(granuleOf(cpu), level);
}
