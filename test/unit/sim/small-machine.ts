import assert from 'node:assert/strict';

import { Machine } from '../../../src-core/sim/machine';
import type { Steps } from '../../../src-core/sim/micro-step';
import { readScenario, type Scenario } from '../../../src-core/sim/scenario';
import { Session } from '../../../src-core/sim/session';

/** A scenario that must make sense. */
export function scenario(json: Record<string, unknown>): Scenario {
  const read = readScenario(json);
  if ('problems' in read) assert.fail(JSON.stringify(read.problems));
  return read;
}

/** 16 MiB of guest memory, mapped by the host in 2 MiB pages. */
export const guestMemory = { id: 0, gfn: '0x0', pages: 0x1000, pfn: '0x10000', hostPage: '2M' };

export function vm(
  kernel: string,
  run: readonly Record<string, unknown>[] = [],
  machine: Record<string, unknown> = {},
): Scenario {
  return scenario({ machine: { kernel, ...machine }, slots: [guestMemory], run });
}

export function machineOf(given: Scenario, keepsHistory = true): Machine {
  const machine = given.plan.build(keepsHistory);
  assert.ok(machine instanceof Machine);
  return machine;
}

export function sessionOf(given: Scenario): Session<Machine> {
  return Session.on(given, machineOf(given));
}

/** Runs a part of an operation to its end, or to where the kernel would stop. */
export function finish(machine: Machine, part: Steps<unknown>): void {
  while (!machine.stopped && part.next().done !== true);
}

/** Outcomes of the operations, in order. */
export function results({ events }: Machine): string[] {
  return [...events.from()].filter(({ kind }) => kind === 'result').map(({ text }) => text ?? '');
}

/** Kinds of events, in order. */
export function kinds({ events }: Machine, from = 0): string[] {
  return [...events.from(from)].map(({ kind }) => kind);
}

/** Texts of warnings and of what stopped the kernel. */
export function complaints({ events }: Machine): string[] {
  return [...events.from()]
    .filter(({ kind }) => ['warn', 'bug', 'unknown-table'].includes(kind))
    .map(({ text }) => text ?? '');
}
