import { compareKernelVersions, type KernelVersion, parseKernelVersion } from './kernel-version';
import { isHostWritable, isMmio, isMmuWritable, isWritable } from './spte';
import type { SpteMasks } from './spte-masks';

/** A rule KVM holds its own leaf entries to, and WARNs about. */
export interface Invariant {
  readonly name: string;
  /** First and last release in which KVM checks it; `null`: still. */
  readonly since: string;
  readonly until: string | null;
  /** KVM's own message; `null`: a WARN without text. */
  readonly text: string | null;
  /** What is wrong, in a sentence. */
  readonly meaning: string;
  readonly source: string;
  readonly broken: (masks: SpteMasks, spte: bigint) => boolean;
  readonly bits: (masks: SpteMasks) => bigint;
}

/** Every rule with the kernels that check it. Source: spte.h, spte.c (mmu.c before v5.10). */
export const invariants: readonly Invariant[] = [
  {
    name: 'mmu-writable-not-host-writable',
    since: '5.18-rc1',
    until: null,
    text: 'kvm: MMU-writable SPTE is not Host-writable: %llx',
    meaning: 'MMU-writable is set although the host does not allow writing',
    source: 'check_spte_writable_invariants(), arch/x86/kvm/mmu/spte.h, v5.19',
    broken: (masks, spte) => isMmuWritable(masks, spte) && !isHostWritable(masks, spte),
    bits: (masks) => masks.mmuWritable | masks.hostWritable,
  },
  {
    name: 'writable-not-mmu-writable',
    since: '5.18-rc1',
    until: null,
    text: 'kvm: Writable SPTE is not MMU-writable: %llx',
    meaning: 'W is set although KVM withholds writing',
    source: 'check_spte_writable_invariants(), arch/x86/kvm/mmu/spte.h, v5.19',
    broken: (masks, spte) => isWritable(spte) && !isMmuWritable(masks, spte),
    bits: (masks) => masks.mmuWritable | 2n,
  },
];

/** A new entry must not look like an MMIO entry. It is no rule of the writable bits: reported apart. */
export const looksLikeMmio: Invariant = {
  name: 'present-looks-like-mmio',
  since: '4.4-rc1',
  until: '5.13',
  text: null,
  meaning: 'the entry is MMU-present and has the pattern of an MMIO entry',
  source: 'make_spte(), arch/x86/kvm/mmu/spte.c, v5.13',
  broken: (masks, spte) => isMmio(masks, spte),
  bits: (masks) => masks.mmio.mask,
};

/** Whether that kernel checks the rule. */
export function checksInvariant(kernel: KernelVersion, invariant: Invariant): boolean {
  const since = parseKernelVersion(invariant.since)!;
  const until = invariant.until === null ? null : parseKernelVersion(invariant.until)!;
  const { major, minor } = kernel;
  return (
    compareKernelVersions(since, kernel) <= 0 &&
    (until === null || major < until.major || (major === until.major && minor <= until.minor))
  );
}

/** The rules of the writable bits that a leaf breaks in that kernel's eyes. */
export function brokenInvariants(
  masks: SpteMasks,
  kernel: KernelVersion,
  spte: bigint,
): readonly Invariant[] {
  return invariants.filter(
    (invariant) => checksInvariant(kernel, invariant) && invariant.broken(masks, spte),
  );
}

/** KVM's message as the kernel log would show it; `null`: a WARN without text. */
export function kernelMessage(invariant: Invariant, spte: bigint): string | null {
  return invariant.text?.replace('%llx', spte.toString(16)) ?? null;
}
