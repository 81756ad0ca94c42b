import type { CpuConfig } from '../paging/cpu';
import { clampPhysBits, encryptionBit } from '../paging/physical-address';

/** The host as KVM's set-up code sees it. */
export interface HostCpu {
  /** CPUID's physical-address width (`shadow_phys_bits`, `kvm_host.maxphyaddr`). */
  readonly maxPhysBits: number;
  /** The kernel's `x86_phys_bits`, which memory encryption reduces. */
  readonly kernelPhysBits: number;
  /** The kernel's `x86_cache_bits`. */
  readonly cacheBits: number;
  readonly l1tfBug: boolean;
  readonly execOnly: boolean;
  /** AMD memory encryption: its bit; 0 where it is off. */
  readonly encryptionBit: bigint;
  readonly meMask: bigint;
  readonly meValue: bigint;
  readonly tdx: boolean;
  readonly mmioCaching: boolean;
}

/**
 * Unknown width: one address bit is reserved, since KVM's MMIO entries outside EPT need one.
 * Every server and client part but a few has at least that.
 */
const usualPhysBits = 51;

/** The host's facts with what is unknown filled in: no L1TF, execute-only EPT, no encryption, no TDX. */
export function hostCpu(cpu: CpuConfig): HostCpu {
  const maxPhysBits = clampPhysBits(cpu.maxPhysBits ?? usualPhysBits);
  const kernelPhysBits = clampPhysBits(cpu.kernelPhysBits ?? maxPhysBits);
  const cBit = encryptionBit(cpu);
  return {
    maxPhysBits,
    kernelPhysBits,
    cacheBits: clampPhysBits(cpu.cacheBits ?? kernelPhysBits),
    l1tfBug: cpu.l1tfBug === true,
    execOnly: cpu.execOnly !== false,
    encryptionBit: cBit,
    meMask: cpu.meMask ?? cBit,
    meValue: cpu.meValue ?? cBit,
    tdx: cpu.tdx === true,
    mmioCaching: cpu.mmioCaching !== false,
  };
}
