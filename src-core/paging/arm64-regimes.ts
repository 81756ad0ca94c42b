/** A stage-1 translation regime: which rights its descriptors carry. */
export interface Regime {
  readonly name: 'el10' | 'el20' | 'el2-nvhe' | 'el2-hvhe';
  readonly title: string;
  readonly aliases: readonly string[];
  /** Two privilege levels: AP[1] grants EL0 access, PXN and UXN are apart. */
  readonly user: boolean;
  /** Whose software bits the entries carry. */
  readonly software: 'linux' | 'kvm-hyp';
}

/**
 * Sources: Arm ARM (DDI 0487) D8.1 "Translation regimes"; Linux 6.12 `hyp_set_prot_attr()`: hVHE is
 * KVM's own code at EL2 with HCR_EL2.E2H set.
 */
export const regimes: readonly Regime[] = [
  { name: 'el10', title: 'EL1&0', aliases: ['el1&0', 'el1'], user: true, software: 'linux' },
  { name: 'el20', title: 'EL2&0', aliases: ['el2&0', 'vhe'], user: true, software: 'linux' },
  { name: 'el2-nvhe', title: 'EL2', aliases: ['el2', 'nvhe'], user: false, software: 'kvm-hyp' },
  {
    name: 'el2-hvhe',
    title: 'EL2&0 (hVHE)',
    aliases: ['hvhe'],
    user: true,
    software: 'kvm-hyp',
  },
];

/** The regime of that name or alias, in any case of letters. */
export function findRegime(name: string): Regime | undefined {
  const wanted = name.toLowerCase();
  return regimes.find((regime) => regime.name === wanted || regime.aliases.includes(wanted));
}

/** The regime a configuration names; EL1&0, a kernel's own, where it names none. */
export function regimeOf(name: string | undefined): Regime {
  return findRegime(name ?? 'el10') ?? regimes[0]!;
}
