import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';

import type { Scenario } from '../../../../src-core/sim/scenario';
import { Session } from '../../../../src-core/sim/session';
import { descsOf, entriesOf, headWord } from '../../../../src-core/sim/shadow/pte-list';
import type { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';
import { guestScenario } from './random-guest';
import { shadowMachineOf, shadowScenario } from './shadow-vm';

function sumOf(words: Uint32Array): number {
  return words.reduce((sum, word, at) => (sum * 31 + word * (at + 1)) % 2 ** 45, 7);
}

/** Everything that can be seen of a machine, as text. */
function view({ machine, position, last }: Session<ShadowMachine>): string {
  const pages = [...machine.pages.all()]
    .sort((a, b) => a.serial - b.serial)
    .map((page) => [
      page.table.pa,
      page.gfn,
      String(page.role),
      page.invalid,
      page.rootCount,
      page.unsync,
      page.unsyncChildren,
      page.writeFlooding,
      sumOf(page.table.words),
      sumOf(page.unsyncBitmap),
      page.shadowed ? sumOf(page.shadowed) : null,
      entriesOf(page.parents),
    ]);
  const guest = [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17].map((gfn) =>
    Array.from({ length: 32 }, (_, at) => String(machine.guest.read(gfn * 4096 + at * 8, 8))),
  );
  const rmaps = [...machine.rmaps.used()]
    .map(({ slotId, level, gfn, head }) => [
      `${slotId}/${level}/${gfn}`,
      String(headWord(head)),
      descsOf(head).map(({ address, sptes, tailCount }) => [address, sptes, tailCount]),
    ])
    .sort();
  const { cr3, pdptrs, roots, reloadDue, invalidations } = machine.state;
  return JSON.stringify([
    position,
    last?.kind,
    last?.walker?.fields,
    pages,
    guest,
    rmaps,
    [cr3, pdptrs.map(String), roots.map((root) => root?.table.pa), reloadDue, invalidations],
    machine.paeRoot && sumOf(machine.paeRoot.words),
    [...machine.writeTracked].sort(),
    [...machine.smallOnly].sort(),
    machine.counters.values(),
    machine.splitCaches.desc.state,
    machine.cachesOfCpu(0).desc.state,
    machine.events.length,
    machine.lock.mode,
  ]);
}

const story = [
  { do: 'access', gva: '0x10000', access: 'write' },
  { do: 'write', gva: '0x14028', value: '0x200067' },
  {
    do: 'access',
    gva: '0x200000',
    access: 'write',
    yields: [{ after: 3 }],
    inject: [{ after: 9, do: 'access', gva: '0x5000' }],
  },
  { do: 'invlpg', gva: '0x5000' },
  { do: 'access', gva: '0x401000', access: 'write' },
  { do: 'dirty-log', slot: 1, on: true },
  { do: 'host-change', gfn: '0x401', pfn: '0x50000' },
  { do: 'load-cr3', cr3: '0x13000' },
  { do: 'access', gva: '0x10000' },
  { do: 'zap-page', gfn: '0x14' },
  { do: 'access', gva: '0x11000' },
  { do: 'zap-all' },
  { do: 'access', gva: '0x12000', access: 'write' },
];

function open(kernel: string, guest: 'pae' | '64' | 'nested-npt'): Session<ShadowMachine> {
  const json = guestScenario({ kernel, guest, cr0Wp: true, mostPages: 64 });
  return on(shadowScenario({ ...json, run: story }));
}

function on(scenario: Scenario): Session<ShadowMachine> {
  return Session.on(scenario, shadowMachineOf(scenario));
}

describe('history of shadow paging', () => {
  for (const [kernel, guest] of [
    ['5.14', 'pae'],
    ['6.1', '64'],
    ['7.1', 'nested-npt'],
  ] as const) {
    it(`v${kernel}, ${guest}: any way back and forward shows what was there`, () => {
      const session = open(kernel, guest);
      const views = [view(session)];
      while (session.forward()) views.push(session.position % 5 === 0 ? view(session) : '');
      assert.equal(session.machine.stopped, null);
      const places = views.flatMap((text, place) => (text === '' ? [] : [place]));
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...places), { maxLength: 8 }), (way) => {
          for (const place of way) {
            session.goTo(place);
            assert.equal(view(session), views[place]);
          }
        }),
        { numRuns: 10 },
      );
    });
  }

  it('is kept over a reload, in the middle of an operation, with what another CPU did', () => {
    const session = open('6.4', '64');
    session.runUntil(({ kind, walker }) => kind === 'guest-read' && walker?.level === 1);
    assert.equal(session.intervene({ do: 'load-cr3', cr3: '0x13000' }), null);
    session.forward();
    const saved = JSON.parse(JSON.stringify(session.save())) as Record<string, unknown>;
    const again = on(shadowScenario(saved));
    assert.equal(view(again), view(session));
    session.runToEnd();
    again.runToEnd();
    assert.equal(view(again), view(session));
  });

  it('a change after steps back drops what came later', () => {
    const file = 'samples/scenarios/shadow-unsync.pagewalk.json';
    const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const session = on(shadowScenario(json));
    session.runToEnd();
    session.goTo(session.position - 12);
    while (session.underWay) session.back();
    assert.equal(session.add({ do: 'who-maps', gfn: '0x13' }), null);
    session.runToEnd();
    assert.equal(session.machine.stopped, null);
  });
});
