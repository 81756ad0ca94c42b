import type { JsonPlace } from '../json-place';
import {
  type MachinePlan,
  type OperationOffer,
  operationNamed,
  type PreparedOperation,
} from '../machine-plan';
import { stage2Operations } from './operations/registry';
import { Stage2Machine } from './stage2-machine';
import type { Stage2Setup } from './stage2-setup';

/** A stage 2 as a scenario states it. */
export class Stage2Plan implements MachinePlan {
  readonly mmu = 'stage2';

  constructor(readonly setup: Stage2Setup) {}

  offers(): OperationOffer[] {
    return stage2Operations.map((info) => ({ info, refusal: info.refusal(this.setup) }));
  }

  prepare(
    name: string,
    place: JsonPlace,
    alsoKnown: readonly string[],
  ): PreparedOperation | undefined {
    const operation = operationNamed(stage2Operations, name, place);
    return operation?.prepare(place, this.setup, this.setup, alsoKnown);
  }

  build(keepsHistory = true): Stage2Machine {
    return new Stage2Machine(this.setup, keepsHistory);
  }
}
