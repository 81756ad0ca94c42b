import { performance } from 'node:perf_hooks';

import {
  presentByExclusion,
  readScenario,
  Session,
  TdpPlan,
  TableMemory,
  TablePage,
  TdpIter,
  tdpIterFormOf,
} from '../../src-core/index';
import { denseImage, imageBase } from './image';

/** As many dense 4 KiB mappings as the d1m image has. */
const leaves = 1 << 20;
const tableHalves = 1024;
/** Where the image's mappings begin. */
const firstGfn = '0x7f0000000';

/** The tables of the d1m image. */
function denseTables(): { memory: TableMemory; root: TablePage } {
  const { tables, root } = denseImage(leaves, 1);
  const memory = new TableMemory();
  for (let at = 0; at < tables.length; at += tableHalves) {
    const words = tables.subarray(at, at + tableHalves);
    memory.add(new TablePage(imageBase + at * 4, words));
  }
  return { memory, root: memory.table(root)! };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function seconds(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}

/** Iterator steps a second over one million mappings; the median of runs. */
function iteratorSpeed(runs: number): { steps: number; stepsPerSecond: number } {
  const { memory, root } = denseTables();
  let steps = 0;
  const times = Array.from({ length: runs }, () =>
    seconds(() => {
      // Hardware entries have no bit 11: present is what is not zero, as up to v5.12.
      const iter = new TdpIter(tdpIterFormOf('5.12')!, presentByExclusion(), memory);
      iter.start({ root, rootLevel: 4, minLevel: 1, gfn: 0 });
      for (steps = 0; iter.valid; steps++) iter.next();
    }),
  );
  return { steps, stepsPerSecond: steps / median(times) };
}

/** A machine with one million mappings, its tables as a dump would bring them. */
function largeSession(): Session {
  const { memory, root } = denseTables();
  const tables = [...memory.all()].map((table) => ({
    pa: table.pa,
    entries: Array.from({ length: 512 }, (_, index): [number, bigint] => [
      index,
      table.entry(index),
    ]),
  }));
  const scenario = readScenario({
    machine: { kernel: '5.12', format: 'npt64' },
    slots: [{ id: 0, gfn: firstGfn, pages: leaves, pfn: '0x0' }],
    run: [{ do: 'write-protect', slot: 0 }],
  });
  if ('problems' in scenario) throw new Error(JSON.stringify(scenario.problems[0]));
  if (!(scenario.plan instanceof TdpPlan)) throw new Error('a TDP machine was described');
  const { setup, kind } = scenario.plan;
  const loaded = { ...setup, tables, roots: [{ pa: root.pa, asId: 0 }] };
  const session = Session.open({ ...scenario, plan: new TdpPlan(loaded, kind) });
  if ('problem' in session) throw new Error(session.problem);
  return session;
}

/** Microseconds of one move, forward for the first time and back, on one million mappings. */
function moveCost(moves: number): { forward: number; back: number } {
  const session = largeSession();
  const forward = seconds(() => {
    for (let move = 0; move < moves; move++) session.forward();
  });
  if (session.position < moves) throw new Error(`only ${session.position} moves`);
  const back = seconds(() => {
    for (let move = 0; move < moves; move++) session.back();
  });
  return { forward: (forward * 1e6) / moves, back: (back * 1e6) / moves };
}

const { steps, stepsPerSecond } = iteratorSpeed(9);
const cost = moveCost(200_000);
console.log(
  [
    `TDP iterator over d1m: ${(stepsPerSecond / 1e6).toFixed(0)} M steps/s (${steps} steps; target 10)`,
    `one move on a machine with ${leaves} mappings: ${cost.forward.toFixed(1)} µs forward, ${cost.back.toFixed(1)} µs back`,
  ].join('\n'),
);
