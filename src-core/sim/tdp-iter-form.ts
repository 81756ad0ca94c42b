import { parseKernelVersion } from '../kvm/kernel-version';
import { type KernelSpan, rowOfKernel } from './kernel-span';

/** What a yield does to the iterator. */
export type YieldStyle =
  /** The walk starts again on the spot for the highest GFN reached. */
  | 'refresh-walk'
  /** Restarts on the spot; the body's `continue` then steps on from the root's entry. */
  | 'restart-now'
  /** Only marks the iterator; the following `next` restarts and shows the root's entry again. */
  | 'yielded';

/** `struct tdp_iter` of a span of kernels: what differs is data, the walk is one. */
export interface TdpIterForm extends KernelSpan {
  readonly name: 'seed-v2' | 'v5.10' | 'v5.12' | 'v5.16' | 'v6.5' | 'v6.14';
  readonly title: string;
  readonly yieldStyle: YieldStyle;
  /** A yield is refused until the walk moved sideways since it (re)started. */
  readonly needsProgress: boolean;
  /** A root that cannot be ends the walk before it began. */
  readonly refusesBadRoot: boolean;
  /** GFN bits that are ORed in for indexing: the shared bit of a TDX VM's direct root. */
  readonly hasGfnBits: boolean;
  /** Asking to yield while `yielded` is set already: WARN. */
  readonly warnsOnDoubleYield: boolean;
  /** What the kernel calls the GFN the walk heads for. */
  readonly targetName: 'goal_gfn' | 'next_last_level_gfn';
  readonly source: string;
}

/** The TDP MMU series v2, October 2020, patch 02/20 "kvm: x86/mmu: Introduce tdp_iter". */
const postedSeries: TdpIterForm = {
  name: 'seed-v2',
  title: 'TDP MMU series v2, October 2020',
  from: '5.9',
  yieldStyle: 'refresh-walk',
  needsProgress: false,
  refusesBadRoot: false,
  hasGfnBits: false,
  warnsOnDoubleYield: false,
  targetName: 'goal_gfn',
  source: 'patch 02/20 "kvm: x86/mmu: Introduce tdp_iter"',
};

const v510: TdpIterForm = {
  ...postedSeries,
  name: 'v5.10',
  title: 'v5.10.0, v5.11',
  from: '5.10-rc1',
  source: 'v5.11 tdp_iter.c, tdp_mmu.c',
};

const v512: TdpIterForm = {
  ...v510,
  name: 'v5.12',
  title: 'v5.12 – v5.15',
  from: '5.12-rc1',
  // Read in 5.10.198; that the backport came with 5.10.30 is from the stable series' history.
  stable: ['5.10.30'],
  yieldStyle: 'restart-now',
  needsProgress: true,
  targetName: 'next_last_level_gfn',
  source: 'v5.12 tdp_iter.c, tdp_mmu.c',
};

const v516: TdpIterForm = {
  ...v512,
  name: 'v5.16',
  title: 'v5.16 – v6.4',
  from: '5.16-rc1',
  stable: [],
  yieldStyle: 'yielded',
  warnsOnDoubleYield: true,
  source: 'v5.16 tdp_iter.c; v6.1 tdp_mmu.c',
};

const v65: TdpIterForm = {
  ...v516,
  name: 'v6.5',
  title: 'v6.5 – v6.13',
  from: '6.5-rc1',
  refusesBadRoot: true,
  // KVM_MMU_WARN_ON from here on: compiled in with CONFIG_KVM_PROVE_MMU only.
  warnsOnDoubleYield: false,
  source: 'v6.12 tdp_iter.c, tdp_mmu.c',
};

const v614: TdpIterForm = {
  ...v65,
  name: 'v6.14',
  title: 'v6.14 and later',
  from: '6.14-rc1',
  hasGfnBits: true,
  source: 'v7.1 tdp_iter.[ch], tdp_mmu.c',
};

const mergedForms: readonly TdpIterForm[] = [v510, v512, v516, v65, v614];

/** Every form, oldest first. */
export const tdpIterForms: readonly TdpIterForm[] = [postedSeries, ...mergedForms];

/**
 * The iterator of a kernel.
 * @param version `seed-v2`, or a version such as `v5.12.12`, `6.1`, `v7.1-rc3`
 * @returns undefined for text that is no version, and for kernels before v5.10, which have no TDP MMU
 */
export function tdpIterFormOf(version: string): TdpIterForm | undefined {
  if (version === postedSeries.name) return postedSeries;
  const kernel = parseKernelVersion(version);
  return kernel && rowOfKernel(mergedForms, kernel);
}

/** The newest form with this yield style: for data that names the style and no kernel we know. */
export function tdpIterFormWithYield(style: YieldStyle): TdpIterForm {
  return mergedForms.findLast((form) => form.yieldStyle === style)!;
}
