import { formatWord } from '../word';
import { Engine } from './engine';
import type { SimEvent } from './event-log';
import { reasons } from './reasons';
import type { Scenario } from './scenario';
import type { MachineStop, World, WorldReport } from './world';

/** A scenario run to its end. */
export interface SimulationResult {
  readonly machine: World;
  readonly report: WorldReport;
  /** Why it ended early; `null`: it did not. */
  readonly stop: MachineStop | null;
}

/** Runs a scenario without keeping its history. */
export function simulate(scenario: Scenario): SimulationResult | { problem: string } {
  const machine = scenario.plan.build(false);
  if ('problem' in machine) return machine;
  const engine = new Engine(machine, [...scenario.steps]);
  while (engine.advance());
  return { machine, report: machine.report(), stop: machine.stopped };
}

const hex = (value: number | null): string | null =>
  value === null ? null : `0x${value.toString(16)}`;

/** An event in the command line's contract: words, addresses and frames as strings. */
export function simEventJson(event: SimEvent) {
  return {
    number: event.number,
    kind: event.kind,
    table: hex(event.table),
    index: event.index,
    old: event.old === null ? null : formatWord(event.old),
    new: event.new === null ? null : formatWord(event.new),
    level: event.level,
    gfn: hex(event.gfn),
    as_id: event.asId,
    why: reasons[event.why] === '' ? null : reasons[event.why],
    text: event.text,
  };
}
