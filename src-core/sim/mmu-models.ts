import type { MmuModel } from './machine-plan';
import { shadowModel } from './shadow/shadow-model';
import { stage2Model } from './stage2/stage2-model';
import { tdpModel } from './tdp-model';

/** Kinds of machines that a scenario may have; the first is meant where none is named. */
export const mmuModels: readonly [MmuModel, ...MmuModel[]] = [tdpModel, shadowModel, stage2Model];

export const mmuNames: readonly string[] = mmuModels.map(({ mmu }) => mmu);

export function mmuModelOf(mmu: string): MmuModel | undefined {
  return mmuModels.find((model) => model.mmu === mmu);
}
