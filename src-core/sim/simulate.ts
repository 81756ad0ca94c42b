import { formatWord } from '../word';
import type { CounterValues } from './counters';
import { Engine } from './engine';
import type { SimEvent } from './event-log';
import { Machine, type MachineStop } from './machine';
import { reasons } from './reasons';
import type { Scenario } from './scenario';

/** A scenario run to its end. */
export interface SimulationResult {
  readonly machine: Machine;
  readonly counters: CounterValues;
  /** Why it ended early; `null`: it did not. */
  readonly stop: MachineStop | null;
}

/** Runs a scenario without keeping its history. */
export function simulate(scenario: Scenario): SimulationResult | { problem: string } {
  const machine = Machine.build(scenario.setup, false);
  if ('problem' in machine) return machine;
  const engine = new Engine(machine, [...scenario.steps]);
  while (engine.advance());
  return { machine, counters: machine.counters.values(), stop: machine.stopped };
}

const hex = (value: number | null): string | null =>
  value === null ? null : `0x${value.toString(16)}`;

/** Counters by the command line's names. */
export function countersJson(counters: CounterValues) {
  return {
    mappings_4k: counters.mappings4k,
    mappings_2m: counters.mappings2m,
    mappings_1g: counters.mappings1g,
    mmu_pages: counters.mmuPages,
    nx_splits: counters.nxSplits,
    tlb_flushes: counters.tlbFlushes,
    faults: counters.faults,
  };
}

/**
 * The same as the kernel's own statistics show it (debugfs, `kvm_stat`); `null`: this kernel does not
 * count it for the TDP MMU.
 */
export function kvmStatistics({ kind, counters }: Machine) {
  const { countsPages, countsRawLarge } = kind.books;
  return {
    pages_4k: countsPages ? counters.get('mappings4k') : null,
    pages_2m: countsPages ? counters.get('mappings2m') : null,
    pages_1g: countsPages ? counters.get('mappings1g') : null,
    lpages: countsRawLarge ? counters.get('lpages') : null,
    nx_lpage_splits: counters.get('nxSplits'),
  };
}

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
