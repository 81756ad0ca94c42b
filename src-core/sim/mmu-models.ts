import type { MmuModel } from './machine-plan';
import { tdpModel } from './tdp-model';

/** Kinds of machines that a scenario may have; the first is meant where none is named. */
export const mmuModels: readonly [MmuModel, ...MmuModel[]] = [tdpModel];

export const mmuNames: readonly string[] = mmuModels.map(({ mmu }) => mmu);

export function mmuModelOf(mmu: string): MmuModel | undefined {
  return mmuModels.find((model) => model.mmu === mmu);
}
