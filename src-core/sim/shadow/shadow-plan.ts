import type { JsonPlace } from '../json-place';
import {
  type MachinePlan,
  type OperationOffer,
  operationNamed,
  type PreparedOperation,
} from '../machine-plan';
import { shadowOperations } from './operations/registry';
import type { ShadowKind } from './shadow-form';
import { ShadowMachine, type ShadowSetup } from './shadow-machine';

/** A machine with shadow paging, as a scenario states it. */
export class ShadowPlan implements MachinePlan {
  readonly mmu = 'shadow';

  constructor(
    readonly setup: ShadowSetup,
    readonly kind: ShadowKind,
  ) {}

  offers(): OperationOffer[] {
    return shadowOperations.map((info) => ({ info, refusal: info.refusal(this.kind) }));
  }

  prepare(
    name: string,
    place: JsonPlace,
    alsoKnown: readonly string[],
  ): PreparedOperation | undefined {
    const operation = operationNamed(shadowOperations, name, place);
    return operation?.prepare(place, this.setup, this.kind, alsoKnown);
  }

  build(keepsHistory = true): ShadowMachine | { problem: string } {
    return ShadowMachine.build(this.setup, keepsHistory);
  }
}
