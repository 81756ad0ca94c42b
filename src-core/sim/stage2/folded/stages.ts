import { compareKernelVersions, parseKernelVersion } from '../../../kvm/kernel-version';
import type { Stage2Setup } from '../stage2-setup';

export type StageName = 'pgd' | 'p4d' | 'pud' | 'pmd' | 'pte';

/**
 * A step of the walks of 2018: names count up from the leaf, whatever the level. Where stage 2 has
 * fewer levels than names, a step is folded: its table is its parent's entry.
 */
export interface Stage {
  readonly name: StageName;
  /** The architecture's level of its table; `null`: folded. */
  readonly level: number | null;
  /**
   * Its `none`, `huge`, `clear` and `populate` look at entries. Else the step below is folded: it is
   * never empty and never cleared.
   */
  readonly entriesAreReal: boolean;
}

/** Source: Linux 4.20 to 5.9 `stage2_pgtable.h`; series v3 patch 09/20. p4d came with v5.8. */
export function stagesOf({ layout, version }: Pick<Stage2Setup, 'layout' | 'version'>): Stage[] {
  const { levels, entryLevel } = layout;
  const p4d = compareKernelVersions(version, parseKernelVersion('5.8-rc1')!) >= 0;
  const stages: Stage[] = [
    { name: 'pgd', level: entryLevel, entriesAreReal: levels > 3 },
    { name: 'pud', level: levels > 3 ? 1 : null, entriesAreReal: levels > 2 },
    { name: 'pmd', level: levels > 2 ? 2 : null, entriesAreReal: true },
    { name: 'pte', level: 3, entriesAreReal: true },
  ];
  if (!p4d) return stages;
  const folded: Stage = { name: 'p4d', level: null, entriesAreReal: levels > 3 };
  // With p4d in between, the root's own entries are never looked at by the pgd step.
  return [{ ...stages[0]!, entriesAreReal: false }, folded, ...stages.slice(1)];
}

/** What the helpers that ask for a level are called, and what they answer. */
export function levelTests({
  layout: { levels, form },
}: Pick<Stage2Setup, 'layout'>): readonly (readonly [name: string, answer: boolean])[] {
  // The posted names say for whose entries the level is there, the merged ones which level it is.
  const [four, three] = form === 'seed' ? ['pgd', 'pud'] : ['pud', 'pmd'];
  return [
    [`kvm_stage2_has_${four}`, levels > 3],
    [`kvm_stage2_has_${three}`, levels > 2],
  ];
}
