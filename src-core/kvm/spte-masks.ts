import type { CpuConfig } from '../paging/cpu';
import { bitMask } from '../word';
import type { EraRow } from './era-row';
import { type HostCpu, hostCpu } from './host-cpu';
import { l1tfMasks, type MmioMasks, mmioMasks } from './mmio-masks';

/** Formats of KVM's own tables on x86. */
export type KvmFormatName = 'ept' | 'ept-noad' | 'npt64' | 'shadow64' | 'pae';

/** What sets KVM's formats apart, beside the kernel: how its set-up code was called. */
export interface KvmFormat {
  readonly name: KvmFormatName;
  readonly ept: boolean;
  /** The CPU keeps accessed and dirty bits. */
  readonly hardwareAd: boolean;
  /** Two-dimensional paging: the table maps guest-physical addresses. */
  readonly twoDimensional: boolean;
  /** Bits above the address are free for software. */
  readonly highBitsFree: boolean;
}

/** Source: `vmx_enable_tdp()`, `kvm_mmu_set_ept_masks()`, `kvm_mmu_reset_all_pte_masks()`. */
export const kvmFormats: Readonly<Record<KvmFormatName, KvmFormat>> = {
  ept: { name: 'ept', ept: true, hardwareAd: true, twoDimensional: true, highBitsFree: true },
  'ept-noad': {
    name: 'ept-noad',
    ept: true,
    hardwareAd: false,
    twoDimensional: true,
    highBitsFree: true,
  },
  npt64: { name: 'npt64', ept: false, hardwareAd: true, twoDimensional: true, highBitsFree: true },
  shadow64: {
    name: 'shadow64',
    ept: false,
    hardwareAd: true,
    twoDimensional: false,
    highBitsFree: true,
  },
  pae: { name: 'pae', ept: false, hardwareAd: true, twoDimensional: false, highBitsFree: false },
};

/** KVM's `shadow_*` variables after set-up for one era, format and host: what every predicate reads. */
export interface SpteMasks {
  readonly era: EraRow;
  readonly format: KvmFormat;
  readonly host: HostCpu;
  /** `shadow_user_mask` … as the kernel names them. */
  readonly user: bigint;
  readonly nx: bigint;
  readonly x: bigint;
  readonly userExecute: bigint;
  readonly present: bigint;
  readonly accessed: bigint;
  readonly dirty: bigint;
  /** `shadow_acc_track_mask`; 0 outside EPT. */
  readonly accessTrack: bigint;
  readonly hostWritable: bigint;
  readonly mmuWritable: bigint;
  readonly meMask: bigint;
  readonly meValue: bigint;
  /** `SPTE_BASE_ADDR_MASK`. */
  readonly address: bigint;
  readonly mmio: MmioMasks;
  /** `shadow_nonpresent_or_rsvd_mask` and `…_lower_gfn_mask`. */
  readonly l1tf: bigint;
  readonly lowerGfn: bigint;
}

const pageAddress = bitMask(51, 12);

function eptMasks(era: EraRow, format: KvmFormat, host: HostCpu) {
  const ad = format.hardwareAd || era.ept.adMasksAlways;
  return {
    user: era.ept.user,
    nx: 0n,
    x: 4n,
    userExecute: era.ept.userExecute,
    present: host.execOnly ? era.ept.presentExecOnly : era.ept.presentNoExecOnly,
    accessed: ad ? 0x100n : 0n,
    dirty: ad ? 0x200n : 0n,
    accessTrack: era.accessTracking?.permissions ?? 0n,
    hostWritable: era.ept.hostWritable,
    mmuWritable: era.ept.mmuWritable,
  };
}

function legacyMasks(era: EraRow) {
  return {
    user: 4n,
    nx: 1n << 63n,
    x: 0n,
    userExecute: 0n,
    present: 1n,
    accessed: 0x20n,
    dirty: 0x40n,
    accessTrack: 0n,
    hostWritable: era.legacy.hostWritable,
    mmuWritable: era.legacy.mmuWritable,
  };
}

/** The masks of one layout on one host. */
export function spteMasks(era: EraRow, name: KvmFormatName, cpu: CpuConfig): SpteMasks {
  const format = kvmFormats[name];
  const host = hostCpu(cpu);
  const l1tf = l1tfMasks(era, host);
  return {
    era,
    format,
    host,
    ...(format.ept ? eptMasks(era, format, host) : legacyMasks(era)),
    meMask: host.meMask,
    meValue: era.meValueSplit ? host.meValue : host.meMask,
    address: pageAddress & ~host.encryptionBit,
    mmio: mmioMasks(era, format.ept, host, l1tf.mask),
    l1tf: l1tf.mask,
    lowerGfn: l1tf.lowerGfn,
  };
}
