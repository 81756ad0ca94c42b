import { performance } from 'node:perf_hooks';

import {
  presentByBit11,
  readScenario,
  Session,
  TableMemory,
  TablePage,
  TdpIter,
  tdpIterFormOf,
} from '../../src-core/index';

/** Dense 4 KiB mappings, as many as the d1m image of the benchmark facts has. */
const leaves = 1_048_576;
const leavesPerTable = 512;
const leafLow = 0xb77;
const leafHigh = 0x0600_0000;
const tableLow = 0x907;

/** Table addresses in shuffled order, as an allocator leaves them: the same for every run. */
function shuffledAddresses(count: number): number[] {
  const addresses = Array.from({ length: count }, (_, number) => 0x100_0000 + number * 4096);
  let state = 1;
  for (let last = count - 1; last > 0; last--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = state % (last + 1);
    [addresses[last], addresses[other]] = [addresses[other]!, addresses[last]!];
  }
  return addresses;
}

/** The tables of one million mappings; the root is the last one made. */
function denseTables(): { memory: TableMemory; root: TablePage } {
  const memory = new TableMemory();
  const addresses = shuffledAddresses(3000);
  const newTable = (): TablePage => memory.add(new TablePage(addresses.pop()!));
  let below = Array.from({ length: leaves / leavesPerTable }, (_, number) => {
    const table = newTable();
    for (let index = 0; index < 512; index++) {
      table.store(index, (((number * 512 + index) << 12) | leafLow) >>> 0, leafHigh);
    }
    return table;
  });
  for (let level = 2; level <= 4; level++) {
    const above: TablePage[] = [];
    below.forEach((child, number) => {
      if (number % 512 === 0) above.push(newTable());
      above.at(-1)!.store(number % 512, (child.pa | tableLow) >>> 0, 0);
    });
    below = above;
  }
  return { memory, root: below[0]! };
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
      const iter = new TdpIter(tdpIterFormOf('6.1')!, presentByBit11(), memory);
      iter.start({ root, rootLevel: 4, minLevel: 1, gfn: 0 });
      for (steps = 0; iter.valid; steps++) iter.next();
    }),
  );
  return { steps, stepsPerSecond: steps / median(times) };
}

/** A machine with one million mappings, made from tables as a dump would bring them. */
function largeSession(): Session {
  const { memory, root } = denseTables();
  const tables = [...memory.all()].map((table) => ({
    pa: `0x${table.pa.toString(16)}`,
    entries: Array.from({ length: 512 }, (_, index) => [
      index,
      `0x${table.entry(index).toString(16)}`,
    ]),
  }));
  const scenario = readScenario({
    machine: { kernel: '6.1', format: 'ept' },
    slots: [{ id: 0, gfn: '0x0', pages: leaves, pfn: '0x0' }],
    tables,
    roots: [{ pa: `0x${root.pa.toString(16)}` }],
    run: [{ do: 'write-protect', slot: 0 }],
  });
  if ('problems' in scenario) throw new Error(JSON.stringify(scenario.problems[0]));
  const session = Session.open(scenario);
  if ('problem' in session) throw new Error(session.problem);
  return session;
}

/** Microseconds of one move, forward for the first time and back, on one million mappings. */
function moveCost(moves: number): { forward: number; back: number } {
  const session = largeSession();
  const forward = seconds(() => {
    for (let move = 0; move < moves; move++) session.forward();
  });
  const back = seconds(() => {
    for (let move = 0; move < moves; move++) session.back();
  });
  return { forward: (forward * 1e6) / moves, back: (back * 1e6) / moves };
}

const { steps, stepsPerSecond } = iteratorSpeed(7);
const cost = moveCost(100_000);
console.log(
  JSON.stringify({
    iterator_steps: steps,
    iterator_steps_per_second: Math.round(stepsPerSecond),
    move_forward_microseconds: Number(cost.forward.toFixed(2)),
    move_back_microseconds: Number(cost.back.toFixed(2)),
    rss_kib: Math.round(process.memoryUsage().rss / 1024),
  }),
);
