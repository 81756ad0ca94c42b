import { kvmEntryToPhysical, kvmPhysicalToEntry } from '../../paging/arm64-address';
import type { Granule } from '../../paging/arm64-granule';
import type { KvmStage2Row } from '../../kvm/arm64-kvm-rows';
import { bitField } from '../../word';
import type { Errno } from './errno';
import { lastLevel } from './geometry';
import type { MemoryKind, Protection } from './protection';

const everyAddressBit = (1n << 52n) - 1n;
const validBit = 1n;
const typeBit = 2n;
const readBit = 1n << 6n;
const writeBit = 1n << 7n;
const innerShareable = 3n << 8n;
const accessFlag = 1n << 10n;
const executeNever = 1n << 54n;
const memoryBits = 0xfn << 2n;
const softwareBits = 0xfn << 55n;
/** `KVM_PTE_LEAF_ATTR_S2_PERMS` */
const permissionBits = readBit | writeBit | executeNever;
/** `KVM_INVALID_PTE_TYPE_LOCKED` of the typed form: 1 in bits 63:60. */
const typedLocked = 1n << 60n;

/** `MT_S2_*`, without and with HCR_EL2.FWB. Source: Linux 6.1, 6.12, 7.2 `memory.h`. */
const memoryAttributes: Readonly<Record<MemoryKind, { plain: bigint; forced: bigint }>> = {
  normal: { plain: 0xfn, forced: 6n },
  'normal-nc': { plain: 5n, forced: 5n },
  device: { plain: 1n, forced: 1n },
};

/** What of host and kernel decides how KVM writes stage-2 descriptors. */
export interface DescriptorSetting {
  readonly granule: Granule;
  readonly lpa2: boolean;
  readonly fwb: boolean;
  readonly row: KvmStage2Row;
  /** Break-before-make leaves a mark. */
  readonly marksBroken: boolean;
}

/**
 * Stage-2 descriptors as KVM reads and writes them. Sources: Linux 6.1, 6.12, 7.2 `hyp/pgtable.c`,
 * `kvm_pgtable.h`.
 */
export class Descriptors {
  /** What stands in an entry between break and make: LOCKED, or nothing. */
  readonly broken: bigint;

  constructor(readonly setting: DescriptorSetting) {
    this.broken = setting.marksBroken ? lockedValue(setting.row) : 0n;
  }

  isValid(entry: bigint): boolean {
    return (entry & validBit) !== 0n;
  }

  /** `kvm_pte_table()` */
  isTable(entry: bigint, level: number): boolean {
    return level < lastLevel && (entry & (validBit | typeBit)) === (validBit | typeBit);
  }

  isLeaf(entry: bigint, level: number): boolean {
    return this.isValid(entry) && !this.isTable(entry, level);
  }

  /** `stage2_pte_is_counted()`: it holds a reference on its table. */
  isCounted(entry: bigint): boolean {
    return entry !== 0n;
  }

  isLocked(entry: bigint): boolean {
    return this.broken !== 0n && entry === this.broken;
  }

  /** Byte address of what the entry leads to: `kvm_pte_to_phys()`. */
  address(entry: bigint): number {
    const { granule, lpa2 } = this.setting;
    return Number(kvmEntryToPhysical(granule, lpa2, entry));
  }

  /** All of an entry but its address. */
  attributeBits(entry: bigint): bigint {
    const { granule, lpa2 } = this.setting;
    return entry & ~kvmPhysicalToEntry(granule, lpa2, everyAddressBit);
  }

  /** `kvm_init_table_pte()` */
  table(pa: number): bigint {
    return this.#addressBits(pa) | validBit | typeBit;
  }

  /** `kvm_init_valid_leaf_pte()` */
  leaf(pa: number, level: number, attributes: bigint): bigint {
    return this.#addressBits(pa) | attributes | validBit | (level === lastLevel ? typeBit : 0n);
  }

  /** Bits of a leaf for what is asked: `stage2_set_prot_attr()`. */
  attributes(wanted: Protection): bigint | Errno {
    if (wanted.execute && wanted.memory !== 'normal') return 'EINVAL';
    const kind = memoryAttributes[wanted.memory];
    return (
      ((this.setting.fwb ? kind.forced : kind.plain) << 2n) |
      (wanted.execute ? 0n : executeNever) |
      (wanted.read ? readBit : 0n) |
      (wanted.write ? writeBit : 0n) |
      (this.setting.lpa2 ? 0n : innerShareable) |
      accessFlag |
      ((BigInt(wanted.software) << 55n) & softwareBits)
    );
  }

  /** Bits for the smaller leaves of a block: rights and software bits as they are, accessed. */
  attributesToSplit(block: bigint): bigint {
    return (this.attributeBits(block) & ~(validBit | typeBit)) | accessFlag;
  }

  /** What a leaf allows: `kvm_pgtable_stage2_pte_prot()`. */
  protection(entry: bigint): Protection {
    const memory = (Object.keys(memoryAttributes) as MemoryKind[]).find(
      (kind) => memoryAttributes[kind][this.setting.fwb ? 'forced' : 'plain'] === memoryOf(entry),
    );
    return {
      read: (entry & readBit) !== 0n,
      write: (entry & writeBit) !== 0n,
      execute: this.isExecutable(entry),
      memory: memory ?? 'normal',
      software: Number(bitField(entry, 58, 55)),
    };
  }

  isExecutable(entry: bigint): boolean {
    return (entry & executeNever) === 0n;
  }

  isYoung(entry: bigint): boolean {
    return (entry & accessFlag) !== 0n;
  }

  /** Ordinary memory: caches may hold of it. `stage2_pte_cacheable()` */
  isCacheable(entry: bigint): boolean {
    const { plain, forced } = memoryAttributes.normal;
    return memoryOf(entry) === (this.setting.fwb ? forced : plain);
  }

  /** What differs is more than permissions: `stage2_pte_needs_update()`. */
  needsUpdate(old: bigint, wanted: bigint): boolean {
    return !this.isValid(old) || ((old ^ wanted) & ~permissionBits) !== 0n;
  }

  /** Nothing but software bits differs. */
  differsInSoftware(old: bigint, wanted: bigint): boolean {
    return ((old ^ wanted) & ~softwareBits) === 0n;
  }

  /** Bits to set and to clear so that a leaf allows what is asked as well: relaxed permissions. */
  relaxation(wanted: Protection): { set: bigint; clear: bigint } {
    return {
      set: (wanted.read ? readBit : 0n) | (wanted.write ? writeBit : 0n),
      clear: wanted.execute ? executeNever : 0n,
    };
  }

  readonly withoutWrite = { set: 0n, clear: writeBit };
  readonly young = { set: accessFlag, clear: 0n };

  #addressBits(pa: number): bigint {
    const { granule, lpa2 } = this.setting;
    return kvmPhysicalToEntry(granule, lpa2, BigInt(pa));
  }
}

function memoryOf(entry: bigint): bigint {
  return (entry & memoryBits) >> 2n;
}

/** `KVM_INVALID_PTE_LOCKED` of a span of kernels. */
function lockedValue({ annotation }: KvmStage2Row): bigint {
  if (annotation.kind === 'typed') return typedLocked;
  const bit = annotation.kind === 'owner' ? annotation.lockedBit : null;
  return bit === null ? 0n : 1n << BigInt(bit);
}
