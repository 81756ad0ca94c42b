import assert from 'node:assert/strict';

import { readScenario, type Scenario, Session, type SimEvent } from '../../../../src-core/index';
import { Stage2Machine } from '../../../../src-core/sim/stage2/stage2-machine';

/** A stage-2 scenario that must make sense. */
export function stage2Scenario(
  machine: Readonly<Record<string, unknown>>,
  run: readonly unknown[] = [],
  slots: readonly unknown[] = [],
): Scenario {
  const scenario = readScenario({ machine: { mmu: 'stage2', ...machine }, slots, run });
  assert.ok(!('problems' in scenario), JSON.stringify(scenario));
  return scenario;
}

/** What is wrong with one, by place. */
export function stage2Problems(
  machine: Readonly<Record<string, unknown>>,
  run: readonly unknown[] = [],
): string[] {
  const scenario = readScenario({ machine: { mmu: 'stage2', ...machine }, run });
  assert.ok('problems' in scenario);
  return scenario.problems.map(({ pointer, message }) => `${pointer}: ${message}`);
}

export function stage2Session(scenario: Scenario): Session {
  const session = Session.open(scenario);
  assert.ok(!('problem' in session));
  return session;
}

export function stage2Of({ machine }: Session): Stage2Machine {
  assert.ok(machine instanceof Stage2Machine);
  return machine;
}

/** A machine that ran a script to its end. */
export function ran(
  machine: Readonly<Record<string, unknown>>,
  run: readonly unknown[],
  slots: readonly unknown[] = [],
): { machine: Stage2Machine; events: SimEvent[]; results: string[] } {
  const session = stage2Session(stage2Scenario(machine, run, slots));
  session.runToEnd();
  const events = [...session.machine.events.from()];
  const results = events.filter(({ kind }) => kind === 'result').map(({ text }) => text!);
  return { machine: stage2Of(session), events, results };
}
