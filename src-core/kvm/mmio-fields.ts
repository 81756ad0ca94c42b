import { bitRuns } from '../paging/bit-runs';
import { layFields, plainField } from '../paging/field-layers';
import type { FieldSpec } from '../paging/format';
import { bitMask, formatWord } from '../word';
import { presentField } from './spte-fields';
import type { SpteMasks } from './spte-masks';

/** The lowest bits a CPU looks at, which make it fault on an MMIO entry. */
function faultingBits(masks: SpteMasks): bigint {
  return masks.format.ept ? 7n : 1n;
}

/** What a part of the mark does, by where it stands. Source: kvm_mmu_set_mmio_spte_mask(), spte.c. */
function markMeaning(masks: SpteMasks, high: number, value: bigint): string {
  if (high > highestAddressBit) return 'marks the entry as MMIO';
  if (!masks.format.ept) {
    return high === 0 ? 'present' : 'reserved address bit: the walk faults with RSVD';
  }
  return value === 0n
    ? 'no rights: an EPT violation, or with suppress-VE clear a #VE in the guest'
    : 'rights that the CPU refuses: EPT misconfiguration';
}
const highestAddressBit = 51;

/** Bits that mark the entry as MMIO, or make the CPU fault on it. */
function markFields(masks: SpteMasks): FieldSpec[] {
  return bitRuns(masks.mmio.mask | masks.mmio.written | faultingBits(masks)).map(
    ({ high, low }) => ({
      name: high === low ? `MMIO-mark[${high}]` : `MMIO-mark[${high}:${low}]`,
      high,
      low,
      role: 'state' as const,
      meaning: (value) => markMeaning(masks, high, value),
      source: masks.era.file,
    }),
  );
}

function generationFields(masks: SpteMasks): FieldSpec[] {
  return masks.era.mmio.generation.parts.map((part, index) => ({
    name: index === 0 ? 'generation-low' : 'generation-high',
    high: part.high,
    low: part.low,
    role: 'software' as const,
    meaning: (value: bigint) =>
      `memslots generation bits ${part.at + part.high - part.low}:${part.at}: ${formatWord(value << BigInt(part.at))}`,
    source: masks.era.file,
  }));
}

function frameFields(masks: SpteMasks): FieldSpec[] {
  const lower = bitRuns(masks.era.mmio.gfn === 'residue' ? bitMask(51, 12) : masks.lowerGfn)[0]!;
  const source = masks.era.file;
  const gfn: FieldSpec = {
    name: 'GFN',
    high: lower.high,
    low: lower.low,
    role: 'address',
    meaning: (value) => `guest-physical ${formatWord(value << BigInt(lower.low))}`,
    source,
  };
  const moved = bitRuns(masks.l1tf)[0];
  if (!moved) return [gfn];
  return [
    gfn,
    {
      // Named by its bits: which ones they are tells the CPU's cacheable width.
      name: `L1TF-ones[${moved.high}:${moved.low}]`,
      ...moved,
      role: 'software',
      meaning: () => 'ones, so that the address lies above what the L1 cache can hold (L1TF)',
      source,
    },
    {
      name: 'GFN-high',
      high: moved.high + 5,
      low: moved.low + 5,
      role: 'address',
      meaning: (value) =>
        `guest-physical ${formatWord(value << BigInt(moved.low))}, moved up by five bits`,
      source,
    },
  ];
}

function accessField(masks: SpteMasks): FieldSpec[] {
  if (masks.format.ept) return [];
  return [
    {
      name: 'MMIO-access',
      high: 2,
      low: 1,
      role: 'permission',
      meaning: (value) =>
        `${value & 1n ? 'writable' : 'read-only'}, ${value & 2n ? 'user' : 'supervisor'}`,
      source: masks.era.file,
    },
  ];
}

/** Fields of an MMIO entry: it caches a frame without memslot, the rights and the generation. */
export function mmioSpteFields(masks: SpteMasks): FieldSpec[] {
  const layers = [
    frameFields(masks),
    accessField(masks),
    generationFields(masks),
    markFields(masks),
    presentField(masks),
  ];
  return layers.reduce<FieldSpec[]>(layFields, [plainField('ignored', 63, 0, masks.era.file)]);
}
