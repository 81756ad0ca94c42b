import assert from 'node:assert/strict';

import { Engine } from '../../../../src-core/sim/engine';
import { jsonTop } from '../../../../src-core/sim/json-place';
import { readScenario, type Scenario } from '../../../../src-core/sim/scenario';
import { readStep } from '../../../../src-core/sim/scenario-steps';
import { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';

/** A scenario of a machine with shadow paging that must make sense. */
export function shadowScenario(json: Record<string, unknown>): Scenario {
  const { machine } = json as { machine: Record<string, unknown> };
  const read = readScenario({ ...json, machine: { mmu: 'shadow', ...machine } });
  if ('problems' in read) assert.fail(JSON.stringify(read.problems));
  return read;
}

export function shadowMachineOf({ plan }: Scenario, keepsHistory = true): ShadowMachine {
  const machine = plan.build(keepsHistory);
  assert.ok(machine instanceof ShadowMachine);
  return machine;
}

/** A machine that does one operation after the other. */
export class ShadowVm {
  readonly machine: ShadowMachine;
  readonly #engine: Engine;

  constructor(
    readonly scenario: Scenario,
    keepsHistory = false,
  ) {
    this.machine = shadowMachineOf(scenario, keepsHistory);
    this.#engine = new Engine(this.machine, []);
  }

  /** Does an operation to its end. @returns how it came out */
  run(json: Record<string, unknown>): string {
    const place = jsonTop(json);
    const step = readStep(place, this.scenario.plan);
    assert.ok(step && place.problems.length === 0, JSON.stringify(place.problems));
    this.#engine.script.push(step);
    const { events } = this.machine;
    while (this.#engine.advance());
    // A yield that nobody took is not the next operation's.
    this.machine.state.rescheduleDue = false;
    assert.equal(this.machine.stopped, null, JSON.stringify(this.machine.stopped));
    const last = events.at(events.length - 1)!;
    assert.equal(last.kind, 'result');
    return last.text!;
  }
}
