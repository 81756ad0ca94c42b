import assert from 'node:assert/strict';
import fc from 'fast-check';

import { readScenario } from '../../../src-core/sim/scenario';
import type { Machine } from '../../../src-core/sim/machine';
import type { Session } from '../../../src-core/sim/session';
import { complaints, results, scenario, sessionOf, vm } from './small-machine';

/** Everything that can be seen of a machine, as text. */
function view(session: Session<Machine>): string {
  const { machine, position } = session;
  const tables = [...machine.pages.all()]
    .sort((a, b) => a.serial - b.serial)
    .map(({ table, level, gfn, nxTracked, invalid }) => {
      const words = table.words.reduce(
        (sum, word, at) => (sum * 31 + word * (at + 1)) % 2 ** 45,
        7,
      );
      return `${table.pa} ${level} ${gfn} ${nxTracked} ${invalid} ${words}`;
    });
  const slots = machine.slots.map(({ dirty, dirtyLog }) => [dirtyLog, [...dirty].sort()]);
  const { last } = session;
  const iter = last?.iter && { ...last.iter, oldSpte: String(last.iter.oldSpte) };
  return JSON.stringify([
    position,
    tables,
    slots,
    machine.counters.values(),
    machine.events.length,
    machine.lock.mode,
    machine.stopped,
    String(machine.state.generation),
    last?.kind,
    iter,
  ]);
}

const story = [
  { do: 'access', gfn: '0x3', access: 'write' },
  { do: 'access', gfn: '0x203', access: 'execute' },
  { do: 'fault', gfn: '0xfee00' },
  { do: 'dirty-log', slot: 0, on: true, yields: [{ after: 40 }, { after: 700 }] },
  { do: 'access', gfn: '0x4', access: 'write' },
  { do: 'clear-dirty-log', slot: 0, gfn: '0x0', mask: '0xffff' },
  { do: 'age', start: '0x0', end: '0x1000' },
  { do: 'host-change', gfn: '0x5', pfn: '0x99999' },
  { do: 'dirty-log', slot: 0, on: false },
  { do: 'recover-nx' },
  { do: 'fast-zap', yields: [{ after: 30 }] },
  { do: 'access', gfn: '0x6', access: 'read' },
];

describe('history', () => {
  for (const kernel of ['5.11', '5.13', '6.1', '6.12', '7.1']) {
    it(`v${kernel}: any way back and forward shows what was there`, () => {
      const given = vm(kernel, story, { nxHugePages: true, format: 'ept-noad' });
      const session = sessionOf(given);
      const views = [view(session)];
      while (session.forward()) {
        // Every 7th move is looked at: the views are long.
        views.push(session.position % 7 === 0 ? view(session) : '');
      }
      assert.deepEqual(complaints(session.machine), []);
      const places = views.flatMap((text, place) => (text === '' ? [] : [place]));
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...places), { maxLength: 8 }), (way) => {
          for (const place of way) {
            session.goTo(place);
            assert.equal(view(session), views[place]);
          }
        }),
        { numRuns: 8 },
      );
    });
  }

  it('goes back move by move to the very beginning', () => {
    const session = sessionOf(vm('6.1', story));
    const empty = view(session);
    session.runToEnd();
    const end = session.position;
    while (session.back());
    assert.equal(view(session), empty);
    session.goTo(end);
    assert.equal(session.forward(), false);
    assert.equal(results(session.machine).length >= story.length, true);
  });

  it('is kept over a reload: what was added and what other CPUs did is in the file', () => {
    const session = sessionOf(vm('6.1', story.slice(0, 2)));
    session.runToEnd();
    assert.equal(session.add({ do: 'zap-range', start: '0x0', end: '0x400' }), null);
    assert.ok(session.runUntil(({ kind, iter }) => kind === 'visit' && iter?.level === 2));
    assert.equal(session.intervene(null), null);
    assert.equal(session.intervene({ do: 'access', gfn: '0x7', access: 'read' }), null);
    assert.ok(session.forward() && session.forward());
    const kept: unknown = JSON.parse(JSON.stringify(session.save()));
    const again = sessionOf(scenario(kept as Record<string, unknown>));
    assert.equal(view(again), view(session));
    session.runToEnd();
    again.runToEnd();
    assert.equal(view(again), view(session));
  });

  it('a change after steps back drops what came later, and the rest still follows', () => {
    const session = sessionOf(vm('6.1', story));
    session.runToEnd();
    const end = session.position;
    // Into the middle of the second operation; another CPU zaps everything there.
    session.goTo(0);
    assert.ok(session.runUntil(({ kind, iter }) => kind === 'visit' && iter?.level === 3));
    const here = session.position;
    assert.equal(session.known, end);
    assert.equal(session.intervene({ do: 'age', start: '0x0', end: '0x10' }), null);
    assert.equal(session.position, here);
    assert.equal(session.known, here);
    session.runToEnd();
    assert.deepEqual(complaints(session.machine), []);
    assert.equal(session.script.length, story.length);
  });

  it('adds an operation only between operations, and only one that makes sense', () => {
    const session = sessionOf(vm('6.1', story));
    session.forward();
    assert.match(session.add({ do: 'fast-zap' })!.problems[0]!.message, /under way/);
    session.runUntil(({ kind }) => kind === 'done');
    assert.match(session.add({ do: 'split', slot: 7 })!.problems[0]!.message, /no slot 7/);
    assert.equal(session.add({ do: 'split', slot: 0 }), null);
    assert.equal(session.script.length, story.length + 1);
    assert.match(session.intervene(null)!.problems[0]!.message, /no operation/);
  });

  it('stops where the kernel would, and steps back from there', () => {
    // Somebody put a leaf for another frame where the fault is going to map its own.
    const bad = sessionOf(
      vm('6.1', [
        { do: 'fault', gfn: '0x3', maxLevel: 1 },
        { do: 'age', start: '0x0', end: '0x4' },
        { do: 'write-entry', table: '0x103000', index: 3, value: '0x600000055555a71' },
        { do: 'fault', gfn: '0x3', access: 'execute', maxLevel: 1 },
        { do: 'zap-all' },
      ]),
    );
    bad.runToEnd();
    assert.equal(bad.machine.stopped?.kind, 'bug');
    assert.match(bad.machine.stopped.text, /cannot replace a present leaf/);
    assert.equal(bad.forward(), false);
    assert.ok(bad.intervene(null));
    assert.ok(bad.back());
    assert.equal(bad.machine.stopped, null);
  });

  it('reads any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const read = readScenario(json);
        assert.ok('problems' in read);
      }),
    );
  });
});
