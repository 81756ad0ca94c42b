import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import { simulateCommand } from '../../../server/cli/simulate';
import type { EventKind } from '../../../src-core/sim/event-log';
import type { Machine } from '../../../src-core/sim/machine';
import type { Session } from '../../../src-core/sim/session';
import type { simEventJson } from '../../../src-core/sim/simulate';
import { collectOutput } from './collect-output';
import { results as resultsOf, scenario, sessionOf } from './small-machine';

const folder = 'samples/scenarios';

/** What `pagewalk simulate` prints. */
interface Printed {
  readonly events: readonly ReturnType<typeof simEventJson>[];
  readonly counters: Readonly<Record<string, number>>;
  readonly stop: { readonly text: string } | null;
}

async function printed(name: string): Promise<Printed> {
  const io = collectOutput();
  await simulateCommand.run([`${folder}/${name}.pagewalk.json`, '--json'], io);
  return JSON.parse(io.text()) as Printed;
}

/** A shipped scenario's file, for a machine that differs. */
function run(name: string, machine: Record<string, unknown>): Session<Machine> {
  const text = readFileSync(`${folder}/${name}.pagewalk.json`, 'utf8');
  const json = JSON.parse(text) as Record<string, unknown>;
  const session = sessionOf(
    scenario({ ...json, machine: { ...(json['machine'] as object), ...machine } }),
  );
  session.runToEnd();
  return session;
}

const varied = (name: string, machine: Record<string, unknown>): Machine =>
  run(name, machine).machine;

/** What must come out of a scenario, worked out by hand from the sections of facts/x86-kvm.md. */
interface Expected {
  readonly name: string;
  /** How each operation came out, those of other CPUs among them. */
  readonly results: readonly string[];
  /** Values that entries are given, in order, those of whole tables left out. */
  readonly written: readonly (readonly [gfn: string, level: number, value: string])[];
  /** How often some kinds of events happen. */
  readonly counts: Partial<Record<EventKind, number>>;
  readonly counters: Printed['counters'];
  readonly stop?: RegExp;
}

const rows: readonly Expected[] = [
  {
    // 6: a 2 MiB leaf is 0x0600…bf3, with X bf7; 4 KiB 0x0600…b77; a table …907. 11.1: A and D are set
    // from the start, so that the CPU has nothing to write.
    name: 'first-faults',
    results: [
      'done after 1 fault',
      'done by the CPU alone',
      'done after 1 fault',
      'done after 1 fault',
      'done after 1 fault',
    ],
    written: [
      ['0x0', 4, '0x2907'],
      ['0x0', 3, '0x3907'],
      ['0x0', 2, '0x600000010000bf7'],
      ['0x200', 2, '0x600000010200bf7'],
      ['0x1000', 2, '0x4907'],
      ['0x1007', 1, '0x600000040008b77'],
      ['0x1008', 1, '0x600000040009b77'],
    ],
    counts: { 'root-allocated': 1, 'table-allocated': 4, 'table-linked': 3, flush: 0 },
    counters: { mappings_4k: 2, mappings_2m: 2, mmu_pages: 4, tlb_flushes: 0, faults: 4 },
  },
  {
    // 18.3: two splits, no flush for them. 14: W comes back without the lock. 2: v6.1 zaps the tables
    // when logging ends, each with a flush of its own (16.4: zap, shared).
    name: 'dirty-log-split',
    results: [
      'done after 1 fault',
      'done after 1 fault',
      'another CPU: done after 1 fault',
      'logging begins, 1024 entries changed',
      'done after 1 fault',
      'done by the CPU alone',
      '2 entries cleaned',
      'done after 1 fault',
      '2 entries collapsed',
      'done after 1 fault',
    ],
    written: [],
    counts: { split: 2, yielded: 1, 'gfn-dirty': 3, 'table-unlinked': 2, flush: 4 },
    counters: { mappings_4k: 0, mappings_2m: 1, mmu_pages: 3, tlb_flushes: 4, faults: 6 },
  },
  {
    // 15.4: no yield before a step to the side; a pending flush goes first; 15.7 E: the root's entry
    // is seen again. 2: since v5.18 a zapped range keeps its tables.
    name: 'zap-with-yields',
    results: [
      'done after 1 fault',
      'done after 1 fault',
      'done after 1 fault',
      'done after 1 fault',
      'another CPU: young',
      'zapped',
    ],
    written: [
      ['0x0', 4, '0x2907'],
      ['0x0', 3, '0x3907'],
      ['0x0', 2, '0x4907'],
      ['0x1', 1, '0x600000010001b77'],
      ['0x2', 1, '0x600000010002b77'],
      ['0x3', 1, '0x600000010003b77'],
      ['0x4', 1, '0x600000010004b77'],
      ['0x1', 1, '0x0'],
      ['0x2', 1, '0x600000010002a77'],
      ['0x3', 1, '0x600000010003a77'],
      ['0x4', 1, '0x600000010004a77'],
      ['0x2', 1, '0x0'],
      ['0x3', 1, '0x0'],
      ['0x4', 1, '0x0'],
    ],
    counts: { 'yield-refused': 4, yielded: 1, flush: 3, 'table-freed': 0 },
    counters: { mappings_4k: 0, mmu_pages: 4, tlb_flushes: 3, faults: 4 },
  },
  {
    // 10.3: GFN 0xfee00, generation 0x200, v5.13+: 0x00200000fee00006; 10:3 has generation bits 7:0,
    // 62:52 bits 18:8.
    name: 'mmio-generation',
    results: [
      'emulate',
      'emulate: known to be MMIO',
      'new generation',
      'emulate',
      'new generation',
      'emulate',
      'generation wrapped, everything zapped',
      'emulate',
    ],
    written: [
      ['0x0', 4, '0x2907'],
      ['0xc0000', 3, '0x3907'],
      ['0xfee00', 2, '0x4907'],
      ['0xfee00', 1, '0x200000fee00006'],
      ['0xfee00', 1, '0x200000fee00016'],
      ['0xfee00', 1, '0x7ff00000fee007f6'],
    ],
    counts: { 'root-allocated': 2, 'root-invalidated': 1, 'table-unlinked': 4, warn: 0 },
    counters: { mappings_4k: 0, mmu_pages: 4, tlb_flushes: 2, faults: 5 },
  },
  {
    // 16.1: every entry is marked with bit 57, the table is freed at once; a mark that is there is a BUG.
    name: 'rfc-disconnected-table',
    results: ['fixed', 'another CPU: fixed', 'retry', 'done by the CPU alone', 'fixed', 'written'],
    written: [],
    counts: { 'exchange-failed': 1, 'table-freed': 1, bug: 1, warn: 0 },
    counters: { mappings_2m: 2, faults: 5 },
    stop: /already disconnected/,
  },
  {
    // 6 and 8.2: A/D off 0x0610…877, access-tracked 0x0750…870; R and X come back, W by MMU-writable.
    name: 'access-tracking',
    results: [
      'done after 1 fault',
      'young',
      'young',
      'old',
      'done after 1 fault',
      'done after 1 fault',
      'young',
      'done after 1 fault',
    ],
    written: [
      ['0x0', 4, '0x10000000002807'],
      ['0x0', 3, '0x10000000003807'],
      ['0x0', 2, '0x10000000004807'],
      ['0x3', 1, '0x610000010003877'],
      ['0x3', 1, '0x750000010003870'],
      ['0x3', 1, '0x610000010003875'],
      ['0x3', 1, '0x610000010003877'],
      ['0x3', 1, '0x750000010003870'],
      ['0x3', 1, '0x610000010003877'],
    ],
    counts: { flush: 2, 'exchange-failed': 0 },
    counters: { mappings_4k: 1, mmu_pages: 4, tlb_flushes: 2, faults: 4 },
  },
];

function kindCount({ events }: Machine, wanted: EventKind): number {
  return [...events.from()].filter(({ kind }) => kind === wanted).length;
}

function restarts(session: Session<Machine>): number {
  const moves = Array.from({ length: session.known }, (_, move) => session.record(move + 1)!);
  return moves.filter(({ kind }) => kind === 'restart').length;
}

describe('shipped scenarios', () => {
  for (const { name, results, written, counts, counters, stop } of rows) {
    it(name, async () => {
      const { events, counters: counted, stop: stopped } = await printed(name);
      const told = events.filter(({ kind, gfn }) => kind === 'result' && gfn === null);
      assert.deepEqual(
        told.map(({ text }) => text),
        results,
      );
      const writes = events
        .filter(({ kind, why }) => kind === 'write' && why !== 'written by hand')
        .slice(0, written.length)
        .map(({ gfn, level, new: value }) => [gfn, level, value]);
      assert.deepEqual(writes, written);
      for (const [kind, count] of Object.entries(counts)) {
        assert.equal(events.filter((event) => event.kind === kind).length, count, kind);
      }
      assert.deepEqual({ ...counted, ...counters }, counted);
      if (stop) assert.match(stopped!.text, stop);
      else assert.equal(stopped, null);
    });
  }

  it('come out otherwise where their pages say so', () => {
    const nx = varied('first-faults', { nxHugePages: true });
    assert.equal(nx.report().counters['nx_splits'], 1);
    const fresh = varied('first-faults', { kernel: '6.12' });
    const [root] = [...fresh.pages.all()].filter((page) => page.root);
    assert.equal(root!.table.entry(1), 0x8000_0000_0000_0000n);
    // A restart of its own shows the root's entry again; v5.15 restarts on the spot.
    assert.equal(restarts(run('zap-with-yields', { kernel: '6.1' })), 1);
    assert.equal(restarts(run('zap-with-yields', { kernel: '5.15' })), 0);
    assert.equal(kindCount(varied('zap-with-yields', { kernel: '5.10' }), 'yield-refused'), 0);
    assert.ok(kindCount(varied('dirty-log-split', { kernel: '6.11' }), 'yielded') > 1);
    const huge = varied('dirty-log-split', { kernel: '6.13' });
    assert.equal(huge.report().counters['mappings_2m'], 2);
    const uncached = varied('mmio-generation', { cpu: { mmio_caching: false } });
    assert.equal(uncached.report().counters['mmu_pages'], 1);
    const ad = varied('access-tracking', { format: 'ept' });
    assert.equal(resultsOf(ad).filter((text) => text === 'done by the CPU alone').length, 3);
    const unlocked = varied('access-tracking', { kernel: '6.15' });
    const ageing = [...unlocked.events.from()].filter(
      ({ kind, text }) => kind === 'locked' && text === 'exclusive',
    );
    assert.equal(ageing.length, 1, 'the root alone');
  });

  it('each has its page, which the scenario names', () => {
    const files = readdirSync(folder);
    for (const file of files) {
      const { about } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { about: string };
      const page = `docs/scenarios/${file.replace('.pagewalk.json', '.md')}`;
      assert.ok(about.endsWith(`Page: ${page}`), file);
      assert.match(readFileSync(page, 'utf8'), /^# .+\n/);
    }
  });
});
