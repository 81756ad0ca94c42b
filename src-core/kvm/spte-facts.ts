import { memoryTypeName } from '../paging/ept-fields';
import type { Facts, FactValue } from '../paging/decoded-entry';
import { bitField } from '../word';
import { savedPermissions } from './access-tracking';
import { brokenInvariants } from './invariants';
import type { KernelVersion } from './kernel-version';
import { isBadMemoryTypeXwr, reservedMask } from './reserved-bits';
import * as spte from './spte';
import type { SpteMasks } from './spte-masks';
import type { SpteReading } from './spte-reading';

/** Name of the A/D kind; `null`: the kernel has none. */
export function adTypeName(masks: SpteMasks, value: bigint): string | null {
  const rule = masks.era.adType;
  if (rule === null) return null;
  const type = value & rule.mask;
  if (type === 0n) return 'enabled';
  if (type === rule.disabled) return 'disabled';
  return type === rule.writeProtectOnly ? 'wrprot-only' : 'unused';
}

/**
 * The first with the others' facts, in their order. Spreading into a literal takes several times as
 * long, and a walk decodes each of its entries on every kernel.
 */
function join(
  first: Record<string, FactValue>,
  ...others: readonly (Readonly<Record<string, FactValue>> | null)[]
): Record<string, FactValue> {
  for (const other of others) Object.assign(first, other);
  return first;
}

/** Rights of permission bits where the entry itself has them. */
function eptRights(masks: SpteMasks, bits: bigint): Record<string, FactValue> {
  const granted = { r: (bits & 1n) !== 0n, w: (bits & 2n) !== 0n, x: (bits & 4n) !== 0n };
  return masks.userExecute === 0n
    ? granted
    : join(granted, { xu: (bits & masks.userExecute) !== 0n });
}

function rights({ masks, value }: SpteReading): Record<string, FactValue> {
  if (masks.format.ept) return eptRights(masks, value);
  return {
    r: (value & 1n) !== 0n,
    w: (value & 2n) !== 0n,
    u: (value & 4n) !== 0n,
    x: spte.isExecutable(masks, value),
  };
}

/** W is never saved. */
function savedRights(masks: SpteMasks, value: bigint): Record<string, FactValue> {
  const saved = eptRights(masks, savedPermissions(masks, value));
  return Object.fromEntries(Object.entries(saved).filter(([right]) => right !== 'w'));
}

function memoryType(value: bigint): Record<string, FactValue> {
  const type = bitField(value, 5, 3);
  return {
    memtype: Number(type),
    memtype_name: memoryTypeName(type) ?? 'reserved',
    ipat: (value & 0x40n) !== 0n,
  };
}

/** Bytes that a leaf of this level maps. */
export function pageSizeOf(level: number): number {
  return 4096 * 512 ** (level - 1);
}

function leafFacts(reading: SpteReading, kernel: KernelVersion): Record<string, FactValue> {
  const { masks, value, level } = reading;
  const tracked = spte.isAccessTracked(masks, value) === true;
  return join(
    {
      pfn: spte.frameNumber(masks, value),
      page_size: pageSizeOf(level),
      host_writable: spte.isHostWritable(masks, value),
      mmu_writable: spte.isMmuWritable(masks, value),
      access_tracked: tracked,
    },
    tracked && masks.format.ept ? { saved_perms: savedRights(masks, value) } : null,
    masks.format.ept ? memoryType(value) : null,
    {
      accessed: spte.isAccessed(masks, value),
      dirty: spte.isDirty(masks, value),
      invariant_errors: brokenInvariants(masks, kernel, value).map(({ name }) => name),
    },
  );
}

function presentFacts(reading: SpteReading, kernel: KernelVersion): Record<string, FactValue> {
  const { masks, value, level, cpu } = reading;
  const adType = adTypeName(masks, value);
  const suppressVe = masks.format.ept && (masks.present & (1n << 63n)) !== 0n;
  return join(
    { last: spte.isLast(value, level), large: spte.isLarge(value) },
    adType === null ? null : { ad_type: adType },
    { perms: rights(reading) },
    suppressVe ? { suppress_ve: value >> 63n === 1n } : null,
    { rsvd_bits: value & reservedMask(masks, cpu, level, value) },
    masks.format.ept ? { bad_mt_xwr: isBadMemoryTypeXwr(masks, value) } : null,
    reading.kind === 'leaf'
      ? leafFacts(reading, kernel)
      : { table_pfn: spte.frameNumber(masks, value) },
  );
}

function mmioFacts({ masks, value }: SpteReading): Record<string, FactValue> {
  const gfn = spte.mmioGfn(masks, value);
  return {
    mmio: {
      gfn,
      gpa: gfn << 12n,
      generation: spte.mmioGeneration(masks, value),
      access: spte.mmioAccess(masks, value),
    },
  };
}

function absentFacts(reading: SpteReading): Record<string, FactValue> {
  const { masks, value, hardwareKind } = reading;
  const used = hardwareKind === 'table' || hardwareKind === 'leaf' || reading.specialRoot;
  const frame = spte.frameNumber(masks, value);
  const shape = reading.specialRoot ? 'table' : reading.shape;
  return join(
    { hw_present: used },
    used && shape === 'table' ? { table_pfn: frame } : null,
    used && shape === 'leaf' ? { pfn: frame, page_size: pageSizeOf(reading.level) } : null,
    masks.format.ept ? null : { special_root: reading.specialRoot },
  );
}

/** KVM's view of an entry under the names of the vector files. */
export function spteFacts(reading: SpteReading, kernel: KernelVersion): Facts {
  const { masks, kind, present, mmio, value } = reading;
  const direct = masks.era.parked?.countsAsPresent === true;
  const common = join(
    { kind, shadow_present: present, is_mmio: mmio },
    direct ? { present_direct: present && !spte.isParked(masks, value) } : null,
  );
  if (kind === 'leaf' || kind === 'table') return join(common, presentFacts(reading, kernel));
  if (kind === 'mmio') return join(common, mmioFacts(reading));
  if (kind === 'empty') return join(common, { is_init_value: value === masks.era.initialValue });
  return kind === 'not-present' ? join(common, absentFacts(reading)) : common;
}

const bit = (answer: boolean | null): number | null => (answer === null ? null : Number(answer));

/** KVM's own questions under the column names of `golden/spte`; 1, 0, or null where not asked. */
export function sptePredicates({ masks, value, present, mmio }: SpteReading): Facts {
  const ifPresent = (answer: boolean | null) => (present ? bit(answer) : null);
  return {
    is_shadow_present: bit(present),
    is_mmio: bit(mmio),
    is_removed_or_frozen: masks.era.parked ? bit(spte.isParked(masks, value)) : null,
    is_large: bit(spte.isLarge(value)),
    is_last_level1: bit(spte.isLast(value, 1)),
    is_last_level2: bit(spte.isLast(value, 2)),
    is_last_level3: bit(spte.isLast(value, 3)),
    ad_enabled: ifPresent(spte.adEnabled(masks, value)),
    ad_need_write_protect: ifPresent(spte.adNeedsWriteProtection(masks, value)),
    access_track: ifPresent(spte.isAccessTracked(masks, value)),
    accessed: ifPresent(spte.isAccessed(masks, value)),
    dirty: masks.era.dirtyPredicate ? ifPresent(spte.isDirty(masks, value)) : null,
    executable: bit(spte.isExecutable(masks, value)),
    writable: bit(spte.isWritable(value)),
    mmu_writable: bit(spte.isLocklesslyWritable(masks, value)),
    volatile_or_needs_atomic: ifPresent(spte.isVolatile(masks, value)),
    ept_ve_possible: bit(spte.isVePossible(masks, value)),
    pfn: spte.frameNumber(masks, value),
    mmio_gfn: mmio ? spte.mmioGfn(masks, value) : null,
    mmio_access: mmio ? spte.mmioAccess(masks, value) : null,
    mmio_generation: mmio ? spte.mmioGeneration(masks, value) : null,
  };
}
