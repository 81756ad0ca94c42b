import type { JsonPlace } from './json-place';
import { Machine } from './machine';
import {
  type MachinePlan,
  type OperationOffer,
  operationNamed,
  type PreparedOperation,
} from './machine-plan';
import type { MachineKind, MachineSetup } from './machine-setup';
import { operations } from './operations/registry';

/** A machine with the TDP MMU, as a scenario states it. */
export class TdpPlan implements MachinePlan {
  readonly mmu = 'tdp';

  constructor(
    readonly setup: MachineSetup,
    readonly kind: MachineKind,
  ) {}

  offers(): OperationOffer[] {
    return operations.map((info) => ({ info, refusal: info.refusal(this.kind) }));
  }

  prepare(
    name: string,
    place: JsonPlace,
    alsoKnown: readonly string[],
  ): PreparedOperation | undefined {
    const operation = operationNamed(operations, name, place);
    return operation?.prepare(place, this.setup, this.kind, alsoKnown);
  }

  build(keepsHistory = true): Machine | { problem: string } {
    return Machine.build(this.setup, keepsHistory);
  }
}
