import type { CpuConfig } from '../../src-core/paging/cpu';
import { fixturePlace, jsonFiles, sharedPlace } from './places';

/** The machine a golden file's masks were set up for. */
export interface GoldenHost {
  readonly tdp_enabled: boolean;
  readonly vendor: 'intel' | 'amd';
  readonly x86_phys_bits: number;
  readonly x86_cache_bits: number;
  readonly cpuid_maxphyaddr: number;
  readonly l1tf_bug: boolean;
  readonly ept_ad_bits: boolean | null;
  readonly ept_exec_only: boolean | null;
  readonly sme_c_bit: number | null;
  readonly leaf_memtype_bits: string;
}

/** Arguments and result of one of the kernel's constructors; which are there depends on `function`. */
export interface GoldenConstruction {
  readonly function: 'make_mmio_spte' | 'make_nonleaf_spte' | 'make_spte';
  readonly result: string;
  readonly kernel_warns: number;
  readonly access: number;
  readonly gfn: string;
  readonly memslots_generation: string;
  readonly child_table_pa: string;
  readonly ad_disabled: boolean;
  readonly level: number;
  readonly pfn: string;
  readonly host_writable: boolean;
  readonly prefetch: boolean;
}

export interface GoldenTransform {
  readonly function:
    | 'mark_spte_for_access_track'
    | 'restore_acc_track_spte'
    | 'kvm_mmu_changed_pte_notifier_make_spte';
  readonly args: readonly string[];
  readonly result: string;
  readonly kernel_warns: number;
}

/** One file of `golden/spte`: what a kernel's own helpers said on one machine. */
export interface GoldenSpteFile {
  readonly version: string;
  readonly config: string;
  readonly host: GoldenHost;
  readonly masks: Readonly<Record<string, string>>;
  readonly fields: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly constructors: readonly GoldenConstruction[];
  readonly transforms: readonly GoldenTransform[];
}

/** All golden files where the large set is there, else the few kept as fixtures. */
export function goldenSpteFiles(): { name: string; read: () => GoldenSpteFile }[] {
  const files = jsonFiles(sharedPlace('golden', 'spte') ?? fixturePlace('x86-kvm', 'golden-spte'));
  return files.map(({ name, read }) => ({ name, read: () => read() as GoldenSpteFile }));
}

/** The host's facts in the product's own terms. */
export function goldenCpu(host: GoldenHost): CpuConfig {
  return {
    vendor: host.vendor,
    maxPhysBits: host.cpuid_maxphyaddr,
    kernelPhysBits: host.x86_phys_bits,
    cacheBits: host.x86_cache_bits,
    l1tfBug: host.l1tf_bug,
    ...(host.ept_exec_only === null ? {} : { execOnly: host.ept_exec_only }),
    ...(host.sme_c_bit === null ? {} : { smeCBit: host.sme_c_bit }),
  };
}

/** The same as the command line's configuration keys. */
export function goldenConfig(host: GoldenHost): Record<string, string | number | boolean> {
  return {
    vendor: host.vendor,
    maxphyaddr: host.cpuid_maxphyaddr,
    x86_phys_bits: host.x86_phys_bits,
    cache_bits: host.x86_cache_bits,
    l1tf_bug: host.l1tf_bug,
    ...(host.ept_exec_only === null ? {} : { exec_only: host.ept_exec_only }),
    ...(host.sme_c_bit === null ? {} : { sme_c_bit: host.sme_c_bit }),
  };
}

/** The format whose entries the file's rows are. */
export function goldenFormat(host: GoldenHost): 'ept' | 'ept-noad' | 'npt64' | 'shadow64' {
  if (!host.tdp_enabled) return 'shadow64';
  if (host.vendor === 'amd') return 'npt64';
  return host.ept_ad_bits === false ? 'ept-noad' : 'ept';
}
