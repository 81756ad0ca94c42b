import fc from 'fast-check';
import { FrameStore } from '../../../src-core/memory/frame-store';
import type { CompiledFormat, HardwareFormatName } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';

/** Frames that random tables live in, and the root's. */
export const tableFrames = [0x10, 0x11, 0x12, 0x13, 0x14, 0x103b30] as const;
export const rootFrame = 0x10;

/** Formats that walks are compared in. */
export const comparedFormats: readonly (readonly [HardwareFormatName, number])[] = [
  ['x86-64', 4],
  ['x86-64', 5],
  ['ept', 4],
  ['npt', 4],
  ['pae', 3],
  ['x86-32', 2],
];

export function compiledFormat([name, levels]: readonly [
  HardwareFormatName,
  number,
]): CompiledFormat {
  const cpu = { maxPhysBits: 46, pse: true, pse36: true } as const;
  return hardwareFormat(name).compile({ levels, cpu });
}

/** An entry that means something often: points at a table, maps a page, or is anything at all. */
const entry = fc.oneof(
  {
    weight: 4,
    arbitrary: pointing(fc.constantFrom(...tableFrames), fc.constantFrom(0x7, 0x27, 0x67, 0x907)),
  },
  {
    weight: 4,
    arbitrary: pointing(fc.integer({ min: 0, max: 0xff_ffff }), fc.integer({ min: 0, max: 0xfff })),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }) },
  { weight: 1, arbitrary: fc.constant(0x8000000000000000n) },
  // Not in the memory at all.
  { weight: 1, arbitrary: fc.constant(undefined) },
);

function pointing(frame: fc.Arbitrary<number>, flags: fc.Arbitrary<number>) {
  return fc
    .tuple(frame, flags, fc.constantFrom(0n, 1n << 63n))
    .map(([number, low, high]) => (BigInt(number) << 12n) | BigInt(low) | high);
}

/** Where entries stand in a table: few places, so that walks meet them. */
const place = fc.constantFrom(0, 1, 2, 3, 255, 256, 510, 511);

export interface RandomEntry {
  readonly frame: number;
  readonly index: number;
  readonly value: bigint | undefined;
}

export const randomEntries: fc.Arbitrary<RandomEntry[]> = fc.array(
  fc.record({ frame: fc.constantFrom(...tableFrames), index: place, value: entry }),
  { minLength: 4, maxLength: 40 },
);

/** Tables of zeros with these entries; an entry without a value is unknown. */
export function randomMemory(entries: readonly RandomEntry[]): FrameStore {
  const memory = new FrameStore();
  const unknown = new Map<number, Set<number>>();
  for (const frame of tableFrames) {
    memory.ensure(frame);
    unknown.set(frame, new Set());
  }
  for (const { frame, index, value } of entries) {
    const slot = memory.slotOf(frame);
    const at = memory.slotOffset[slot]! + index * 2;
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    buffer[at] = Number((value ?? 0n) & 0xffff_ffffn);
    buffer[at + 1] = Number((value ?? 0n) >> 32n);
    if (value === undefined) unknown.get(frame)!.add(index);
    else unknown.get(frame)!.delete(index);
  }
  for (const [frame, indices] of unknown) {
    const slot = memory.slotOf(frame);
    for (let index = 0; index < 512; index++) {
      if (!indices.has(index)) memory.known.mark(slot, index * 2, index * 2 + 2);
    }
  }
  return memory;
}

/** Addresses that go through the places where entries stand. */
export function addressesOf(compiled: CompiledFormat): bigint[] {
  const indices = [0n, 1n, 3n, 255n, 256n, 511n];
  const { addressBits, signExtended, rules } = compiled;
  const addresses: bigint[] = [0xffff_ffff_ffff_ffffn, 0x0000_8000_0000_0000n, 0x1_0000_0000n];
  for (const high of indices) {
    for (const low of indices) {
      let address = 0x234n;
      for (const { level, shift, indexBits } of rules) {
        const index = level % 2 === 0 ? high : low;
        address |= (index & ((1n << BigInt(indexBits)) - 1n)) << BigInt(shift);
      }
      const sign = signExtended && (address >> BigInt(addressBits - 1)) & 1n;
      addresses.push(sign ? BigInt.asUintN(64, BigInt.asIntN(addressBits, address)) : address);
    }
  }
  return addresses;
}
