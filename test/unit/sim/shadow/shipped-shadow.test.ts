import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { simulateCommand } from '../../../../server/cli/simulate';
import type { EventKind } from '../../../../src-core/sim/event-log';
import type { simEventJson } from '../../../../src-core/sim/simulate';
import { collectOutput } from '../collect-output';

interface Printed {
  readonly events: readonly ReturnType<typeof simEventJson>[];
  readonly counters: Readonly<Record<string, number>>;
  readonly stop: unknown;
}

async function printed(name: string): Promise<Printed> {
  const io = collectOutput();
  await simulateCommand.run([`samples/scenarios/${name}.pagewalk.json`, '--json'], io);
  return JSON.parse(io.text()) as Printed;
}

/** What must come out of a scenario, worked out by hand from facts/x86-kvm.md, 17 and 18. */
interface Expected {
  readonly name: string;
  readonly results: readonly string[];
  readonly counts: Partial<Record<EventKind, number>>;
  readonly counters: Printed['counters'];
  /** How full the lists of frames are, each time that somebody asks. */
  readonly lists?: readonly string[];
}

const byOneFault = 'done after 1 fault';
const sameByTables = (count: number): string => `${count} entries map it: the tables say the same`;

const rows: readonly Expected[] = [
  {
    // 17.3: four roots, five pages for the four tables' halves that are touched (0xc0000000 shares
    // the page of 0x0), one direct page. Six frames read, eight of the 4 MiB page written or ahead.
    name: 'shadow-quadrants',
    results: [...Array.from({ length: 8 }, () => byOneFault), sameByTables(1)],
    counts: {
      'table-allocated': 10,
      'root-loaded': 4,
      'page-found': 1,
      'table-linked': 7,
      flush: 0,
    },
    counters: { pages_4k: 14, pages_2m: 0, mmu_pages: 10, faults: 8, rmap_descs: 1 },
  },
  {
    // One page becomes unsync once; INVLPG flushes what it zapped, the sync what it write-protected,
    // loading CR3 the rest. The directory's entry is emulated.
    name: 'shadow-unsync',
    results: [
      byOneFault,
      byOneFault,
      'done by the CPU alone',
      'done by the CPU alone',
      'the entry was made anew',
      'done by the CPU alone',
      'emulated: the frame holds a table of the guest',
      byOneFault,
      'the same roots, synced',
    ],
    counts: { unsync: 1, sync: 1, emulated: 1, 'page-found': 1, flush: 3 },
    counters: { mmu_pages: 4, mmu_pte_write: 1, mmu_pde_zapped: 1, mmu_unsync: 0 },
  },
  {
    // 18.1, v6.4: 30 entries are 2 + 14 + 14; two taken out of the tail empty the head.
    name: 'rmap-growth',
    results: [
      ...Array.from({ length: 6 }, () => byOneFault),
      sameByTables(30),
      byOneFault,
      'done by the CPU alone',
      'the same roots, synced',
      sameByTables(28),
      '28 entries zapped',
      sameByTables(0),
    ],
    counts: { 'desc-allocated': 3, 'desc-freed': 3 },
    counters: { rmap_descs: 0 },
    lists: ['2/14 → 14/14 → 14/14', '14/14 → 14/14'],
  },
  {
    // 18.1, up to v5.14: ten entries are 3 + 3 + 3 + 1; the second descriptor is emptied.
    name: 'rmap-compaction',
    results: [
      ...Array.from({ length: 3 }, () => byOneFault),
      sameByTables(10),
      byOneFault,
      'done by the CPU alone',
      'done by the CPU alone',
      'done by the CPU alone',
      'the same roots, synced',
      sameByTables(6),
      byOneFault,
      byOneFault,
      sameByTables(7),
    ],
    counts: { 'desc-allocated': 4, 'desc-freed': 1 },
    counters: { rmap_descs: 3 },
    lists: ['3/3 → 3/3 → 3/3 → 1/3', '2/3 → 3/3 → 1/3', '3/3 → 3/3 → 1/3'],
  },
];

describe('shipped scenarios of shadow paging', () => {
  for (const { name, results, counts, counters, lists } of rows) {
    it(name, async () => {
      const { events, counters: counted, stop } = await printed(name);
      const told = events.flatMap(({ kind, text }) =>
        kind === 'result' && text?.startsWith('fault:') === false ? [text] : [],
      );
      assert.deepEqual(told, results);
      for (const [kind, count] of Object.entries(counts)) {
        assert.equal(events.filter((event) => event.kind === kind).length, count, kind);
      }
      assert.deepEqual({ ...counted, ...counters }, counted);
      const found = events.flatMap(({ kind, text }) => {
        const used = kind === 'rmap-found' ? /, (.*) used$/.exec(text ?? '')?.[1] : undefined;
        return used === undefined ? [] : [used];
      });
      if (lists) assert.deepEqual(found, lists);
      assert.equal(stop, null);
    });
  }

  it('their pages tell the same table of quadrants as the facts', () => {
    const page = readFileSync('docs/scenarios/shadow-quadrants.md', 'utf8');
    // facts/x86-kvm.md, 17.3.
    for (const cells of [
      ['0x00200000', 0, 0, 1, 1, 0, 512],
      ['0x003ff000', 0, 0, 1, 1, 511, 1023],
      ['0xbfe01000', 767, 2, 511, 1, 1, 513],
      ['0xffffffff', 1023, 3, 511, 1, 511, 1023],
    ]) {
      const row = new RegExp(`^\\| ${cells.join(' *\\| ')} *\\|$`, 'm');
      assert.match(page, row);
    }
  });
});
