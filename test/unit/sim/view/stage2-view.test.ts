import assert from 'node:assert/strict';

import { readScenario, Session } from '../../../../src-core/index';
import type { MachineView } from '../../../../src-core/sim/view/machine-view';
import { checkRows } from './check-rows';
import { allRows, shown, treeText } from './shown-session';

const slot = { id: 0, gfn: '0x40200', pages: '0x400', pfn: '0x880200', hostPage: '2M' };

function open(
  kernel: string,
  run: readonly unknown[],
  machine: object = {},
  slots: readonly unknown[] = [slot],
): Session {
  const scenario = readScenario({
    machine: { mmu: 'stage2', kernel, root: '0x41400000', firstTable: '0x41402000', ...machine },
    slots,
    run,
  });
  assert.ok(!('problems' in scenario), JSON.stringify(scenario));
  const session = Session.open(scenario);
  assert.ok(!('problem' in session));
  return session;
}

const story = [
  { do: 'map', ipa: '0x8080203000', pa: '0x8a3456000' },
  { do: 'access', ipa: '0x40205000', access: 'write' },
  { do: 'dirty-log', slot: 0, on: true },
  { do: 'access', ipa: '0x40205000', access: 'write' },
  { do: 'access', ipa: '0x40206000', access: 'read' },
  { do: 'dirty-log', slot: 0, on: false },
  { do: 'access', ipa: '0x40207000', access: 'write' },
  { do: 'unmap', ipa: '0x8080203000' },
];

function runTo(session: Session, kind: string, level: number): void {
  assert.ok(session.runUntil((record) => record.kind === kind && record.walker?.level === level));
}

function field(view: MachineView, name: string): string {
  return view.fields().find((each) => each.name === name)!.value;
}

describe('stage 2 as rows', () => {
  const runs: readonly [kernel: string, run: readonly unknown[], machine: object][] = [
    ['5.4', story, {}],
    ['4.20', story, { helpers: 'seed' }],
    ['6.1', story, {}],
    ['6.12', story, { splitChunk: '0x200000' }],
  ];
  const checkAll = (session: Session): void => {
    const view = shown(session);
    for (let stop = 0; ; stop += stop < 120 ? 7 : 301) {
      view.remember();
      session.goTo(stop);
      checkRows(view);
      if (session.position < stop) break;
    }
    session.goTo(0);
    checkRows(view);
  };
  for (const [kernel, run, machine] of runs) {
    it(`v${kernel}: ids, parents and marks agree at every look`, () => {
      checkAll(open(kernel, run, machine));
    });
  }

  it('shows tables of 8192 entries in rows that can be looked through', () => {
    const map = { do: 'map', ipa: '0x80000000', size: '0x20000000', pa: '0x10000', rights: 'rw' };
    const session = open('7.2', [map], { granule: '64K', ipaBits: 44 }, []);
    const view = shown(session);
    session.goTo(20_000);
    checkRows(view);
    session.runToEnd();
    for (const row of allRows(view)) {
      if (row.hasChildren) assert.ok(view.children(row.id).length <= 513, row.id);
    }
  });

  it('shows the tables of a concatenated root, and where the walker is', () => {
    const session = open('6.12', story);
    const view = shown(session);
    runTo(session, 'visit', 3);
    assert.deepEqual(
      treeText(view),
      [
        '· root 0x41400000 | stage 2, 4K pages, 40-bit IPAs, 3 levels from 1, 2 concatenated tables, kernel 6.12',
        '    table 0 0x41400000 | level 1, IPA 0x0–0x7fffffffff, 1 reference',
        '      [0…511] 512 empty | IPA 0x0–0x7fffffffff',
        '  · table 1 0x41401000 | level 1, IPA 0x8000000000–0xffffffffff, 2 references',
        '      [0…1] 2 empty | IPA 0x8000000000–0x807fffffff',
        '    · [2] table 0x41402000 | IPA 0x8080000000–0x80bfffffff, 2 references',
        '        [0] empty | ',
        '      · [1] table 0x41403000 | IPA 0x8080200000–0x80803fffff, 1 reference',
        '          [0…2] 3 empty | IPA 0x8080200000–0x8080202fff',
        '        ▶ [3] empty | ',
        '          [4…511] 508 empty | IPA 0x8080204000–0x80803fffff',
        '        [2…511] 510 empty | IPA 0x8080400000–0x80bfffffff',
        '      [3…511] 509 empty | IPA 0x80c0000000–0xffffffffff',
      ].map((line) => line),
    );
    assert.equal(field(view, 'ptep'), '0x41403018');
    assert.equal(field(view, 'visit'), 'LEAF');
    assert.match(view.status().move!, /LEAF.*level 3, \[3\], IPA 0x8080203000/);
  });

  it('shows the entry between break and make', () => {
    const session = open('6.12', story);
    const view = shown(session);
    runTo(session, 'broken', 2);
    runTo(session, 'broken', 2);
    runTo(session, 'broken', 2);
    const here = view.row(view.place()!)!;
    assert.equal(here.description, 'LOCKED: break-before-make 0x400');
    assert.equal(here.kind, 'invalid');
  });

  it('puts tables that are being filled beside the root, and takes them up in it', () => {
    const session = open('6.12', story.slice(0, 3), { splitChunk: '0x200000' });
    const view = shown(session);
    assert.ok(session.runUntil(() => view.roots().length > 1));
    checkRows(view);
    const [, group] = view.roots();
    assert.equal(group!.label, 'Unlinked tables');
    session.runToEnd();
    assert.equal(view.roots().length, 1);
    const pages = allRows(view).filter(({ kind, id }) => kind === 'page' && id.endsWith('+'));
    assert.equal(pages[0]!.label, '[0…511] 512 pages');
    assert.match(pages[0]!.description, /^4K r AF → 0x880200000–0x8803fffff$/);
  });

  it('offers what this kernel can do', () => {
    const session = open('6.12', story.slice(0, 1));
    session.runToEnd();
    const leaf = allRows(shown(session)).find(({ kind }) => kind === 'page')!;
    assert.deepEqual(
      leaf.actions.map(({ operation }) => operation),
      ['access', 'map', 'unmap', 'write-protect', 'age', 'set-owner'],
    );
    assert.deepEqual(leaf.actions[2]!.arguments, { ipa: '0x8080203000', size: '0x1000' });
  });

  it('names a table that the machine does not hold', () => {
    const scenario = readScenario({
      machine: { mmu: 'stage2', kernel: '6.12', root: '0x41400000' },
      tables: [{ pa: '0x41400000', entries: [[1, '0x41402003']] }],
      run: [{ do: 'unmap', ipa: '0x40200000' }],
    });
    if ('problems' in scenario) assert.fail(JSON.stringify(scenario.problems));
    const session = Session.open(scenario);
    assert.ok(!('problem' in session));
    const view = shown(session);
    session.runToEnd();
    checkRows(view);
    const [row] = allRows(view).filter(({ kind }) => kind === 'unknown-table');
    assert.equal(row!.label, '[1] table 0x41402000');
    assert.equal(row!.description, 'not part of this machine');
    assert.equal(view.status().stop!.kind, 'unknown');
  });
});
