import type { KernelVersion } from '../../kvm/kernel-version';
import { compareKernelVersions, parseKernelVersion } from '../../kvm/kernel-version';
import type { GeometryForm, Stage2Layout } from '../../paging/arm64-stage2-layout';
import type { AllocatorSetup } from '../table-allocator';
import type { DescriptorSetting } from './descriptors';
import type { PlacedTable } from './placed-tables';
import type { Stage2SlotSetup } from './stage2-slot';
import type { WalkerForm } from './walker-form';

/** A stage-2 machine as a scenario states it, checked. */
export interface Stage2Setup {
  readonly kernel: string;
  readonly version: KernelVersion;
  readonly layout: Stage2Layout;
  readonly walker: WalkerForm;
  readonly descriptors: DescriptorSetting;
  /** FEAT_TLBIRANGE. */
  readonly rangeTlbi: boolean;
  /** CTR_EL0.DIC: instruction caches need no maintenance, so pages are executable from the start. */
  readonly dic: boolean;
  /** VTCR_EL2.HA: the CPU sets the access flag itself. */
  readonly hardwareAccessFlag: boolean;
  /** `KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE` in bytes; 0: blocks are not split ahead of time. */
  readonly splitChunk: number;
  /** Byte address of the root, all its tables. */
  readonly root: number;
  readonly allocator: AllocatorSetup;
  readonly slots: readonly Stage2SlotSetup[];
  /** Tables that are there from the start. */
  readonly tables: readonly PlacedTable[];
}

/** The form of the helpers that a kernel has: until v5.9 the host's, folded at run time. */
export function helpersOf(version: KernelVersion): GeometryForm {
  return compareKernelVersions(version, parseKernelVersion('5.10-rc1')!) < 0 ? 'v4.20' : 'current';
}
