import assert from 'node:assert/strict';

import type { Session } from '../../../../src-core/sim/session';
import type { ControlName, MachineView } from '../../../../src-core/sim/view/machine-view';
import { scenario, sessionOf, vm } from '../small-machine';
import { checkRows } from './check-rows';
import { allRows, shown, treeText } from './shown-session';

/** Forward to the first move of that kind at that level, or to the end. */
function runTo(session: Session, kind: string, level: number): void {
  assert.ok(session.runUntil((record) => record.kind === kind && record.iter?.level === level));
}

function reasonOf(view: MachineView, name: ControlName): string | null {
  return view.controls().find((control) => control.name === name)!.reason;
}

const story = [
  { do: 'access', gfn: '0x3', access: 'write' },
  { do: 'access', gfn: '0x203', access: 'execute' },
  { do: 'fault', gfn: '0xfee00' },
  { do: 'dirty-log', slot: 0, on: true, yields: [{ after: 40 }, { after: 700 }] },
  { do: 'access', gfn: '0x4', access: 'write' },
  { do: 'age', start: '0x0', end: '0x300' },
  { do: 'dirty-log', slot: 0, on: false },
  { do: 'fast-zap', yields: [{ after: 30 }] },
];

describe('the TDP MMU as rows', () => {
  for (const kernel of ['5.11', '5.13', '6.1', '7.1']) {
    it(`v${kernel}: ids, parents and marks agree at every look`, () => {
      const session = sessionOf(vm(kernel, story, { nxHugePages: true }));
      const view = shown(session);
      for (let stop = 0; ; stop += stop < 120 ? 7 : 501) {
        view.remember();
        session.goTo(stop);
        checkRows(view);
        if (session.position < stop) break;
      }
      for (const back of [700, 300, 60, 20, 5, 0]) {
        view.remember();
        session.goTo(back);
        checkRows(view);
      }
    });
  }

  it('shows roots, tables, leaves, and runs as one row each', () => {
    const session = sessionOf(vm('6.1', story.slice(0, 2), { firstTable: '0x1000' }));
    const view = shown(session);
    session.runToEnd();
    // Two 2 MiB pages of the host, each mapped whole: facts/x86-kvm.md, page fault at the goal level.
    assert.deepEqual(treeText(view), [
      '· root 0x1000 | EPT, 4 levels, kernel 6.1',
      '  · [0] table 0x2000 | GFN 0x0–0x7ffffff',
      '    · [0] table 0x3000 | GFN 0x0–0x3ffff',
      '        [0] leaf | 2M rwx AD → 0x10000',
      '      ▶ [1] leaf | 2M rwx AD → 0x10200',
      '        [2…511] 510 empty | GFN 0x400–0x3ffff',
      '      [1…511] 511 empty | GFN 0x40000–0x7ffffff',
      '    [1…511] 511 empty | GFN 0x8000000–0xfffffffff',
    ]);
  });

  it('folds alike leaves, and opens the run to each of them', () => {
    const session = sessionOf(vm('6.1', [story[0]!, story[3]!]));
    const view = shown(session);
    session.runToEnd();
    const small = allRows(view).filter(({ kind, entry }) => kind === 'leaf' && entry?.level === 1);
    const [run, ...leaves] = small.filter(
      ({ label }) => label.includes('…') || label === '[7] leaf',
    );
    assert.match(run!.label, /^\[0…511\] 512 leaves$/);
    assert.match(run!.description, /^4K .* → 0x10000–0x101ff$/);
    assert.equal(leaves[0]!.entry!.gfn, 7);
    assert.equal(view.parentOf(leaves[0]!.id), run!.id);
    assert.equal(view.children(run!.id).length, 512);
  });

  it('marks what changed since the moment it was told to remember, also on the way back', () => {
    const session = sessionOf(vm('6.1', story.slice(0, 1)));
    const view = shown(session);
    runTo(session, 'visit', 2);
    const before = session.position;
    view.remember();
    session.runToEnd();
    const changed = (): string[] =>
      allRows(view)
        .filter((row) => row.changed)
        .map(({ label, description }) => `${label} ${description}`);
    // The leaf is what a fault installs last; tables above it were there when the walk came to level 2.
    assert.deepEqual(changed(), ['[0] leaf 2M rwx AD → 0x10000']);
    const counters = view.counters().filter(({ was }) => was !== null);
    assert.deepEqual(
      counters.map(({ name, was, value }) => [name, was, value]),
      [['2M', 0, 1]],
    );
    view.remember();
    session.goTo(before);
    assert.deepEqual(changed(), ['[0] empty ']);
  });

  it('has the fields of the struct by their names, those that moved marked, pt_path open', () => {
    const session = sessionOf(vm('5.11', story.slice(0, 1), { firstTable: '0x1000' }));
    const view = shown(session);
    runTo(session, 'visit', 4);
    view.remember();
    runTo(session, 'visit', 3);
    const fields = view.fields();
    // struct tdp_iter of v5.10: tdp_iter.h.
    assert.deepEqual(
      fields.map(({ name, value, was }) => [name, value, was]),
      [
        ['goal_gfn', '0x3', null],
        ['pt_path', '0x2000 0x1000', '0x1000'],
        ['sptep', '0x2000', '0x1000'],
        ['gfn', '0x0', null],
        ['root_level', '4', null],
        ['min_level', '1', null],
        ['level', '3', '4'],
        ['old_spte', '0x0', null],
        ['valid', 'true', null],
      ],
    );
    const path = fields.find(({ name }) => name === 'pt_path')!.children;
    assert.deepEqual(
      path.map(({ name, value, rowId }) => [name, value, rowId]),
      [
        ['[2]', '0x2000', 'root:0x1000/0'],
        ['[3]', '0x1000', 'root:0x1000'],
      ],
    );
  });

  it('names the reason where KVM has no such step from here', () => {
    const session = sessionOf(vm('6.1', [story[0]!, { do: 'zap-leafs' }]));
    const view = shown(session);
    assert.equal(reasonOf(view, 'down'), 'no walk is under way');
    assert.equal(reasonOf(view, 'back'), 'nothing has happened yet');
    assert.equal(reasonOf(view, 'yield'), 'no operation is under way');
    runTo(session, 'visit', 4);
    // The fault's walk looks at an empty root.
    assert.equal(reasonOf(view, 'down'), 'nothing is mapped here');
    assert.equal(reasonOf(view, 'up'), 'the walk is at its root');
    assert.equal(reasonOf(view, 'side'), null);
    assert.equal(reasonOf(view, 'yield'), null);
  });

  it('names the leaf, the last entry and the end of all', () => {
    const session = sessionOf(vm('6.1', [story[0]!, { do: 'zap-leafs' }]));
    const view = shown(session);
    assert.ok(session.runUntil(({ kind }) => kind === 'done'));
    runTo(session, 'visit', 2);
    assert.equal(reasonOf(view, 'down'), 'the entry is a leaf');
    assert.equal(reasonOf(view, 'up'), null);
    assert.ok(session.runUntil(({ iter }) => iter?.level === 2 && iter.index === 511));
    assert.equal(reasonOf(view, 'side'), 'index 511 is the last of its table');
    session.runToEnd();
    assert.equal(reasonOf(view, 'next'), 'all is done: run an operation');
    assert.equal(reasonOf(view, 'back'), null);
  });

  it('lists events newest first, each with its move and the row it is about', () => {
    const session = sessionOf(vm('6.1', story));
    const view = shown(session);
    session.runToEnd();
    const { total } = view.events(0, 0);
    const { rows } = view.events(0, total);
    assert.equal(total, session.machine.events.length);
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: total }, (_, at) => total - at),
    );
    for (const { number, move, rowId } of rows.slice(0, 400)) {
      assert.ok(session.eventsAfter(move) >= number && session.eventsAfter(move - 1) < number);
      if (rowId !== null) assert.ok(view.row(rowId), rowId);
    }
    assert.deepEqual(view.events(3, 2).rows, rows.slice(3, 5));
  });

  it('runs to the entry a GFN comes to in the end, not to the tables above it', () => {
    const session = sessionOf(vm('6.1', [story[0]!, { do: 'zap-leafs' }]));
    const view = shown(session);
    assert.ok(session.runUntil(({ kind }) => kind === 'done'));
    assert.ok(session.runUntil(() => view.isAt(0x150)));
    // GFN 0x150 lies in the 2 MiB leaf at GFN 0.
    assert.deepEqual([session.last!.iter!.level, session.last!.iter!.gfn], [2, 0]);
  });

  it('lists a table that waits for its readers apart from the tree', () => {
    const session = sessionOf(vm('5.13', [story[0]!, { do: 'fast-zap' }]));
    const view = shown(session);
    assert.ok(session.runUntil(() => view.roots().some(({ kind }) => kind === 'group')));
    checkRows(view);
    const group = view.roots().at(-1)!;
    const [table] = view.children(group.id);
    assert.equal(table!.kind, 'queued-table');
    assert.equal(view.explain(table!.id)!.kind, 'words');
  });

  it('offers what this kernel can do, with what the row answers filled in', () => {
    const session = sessionOf(vm('6.1', story.slice(0, 1)));
    const view = shown(session);
    session.runToEnd();
    const leaf = allRows(view).find(({ kind }) => kind === 'leaf')!;
    const verbs = leaf.actions.map(({ verb }) => verb);
    assert.deepEqual(verbs, [
      'access',
      'zap',
      'write-protect',
      'age',
      'split',
      'mmio',
      'set',
      'other',
    ]);
    for (const { operation, arguments: given, ask } of leaf.actions) {
      if (ask.length > 0) continue;
      assert.equal(session.add({ do: operation, ...given }), null, operation);
    }
  });

  it('shows a table that the machine does not hold, and where the walk ends there', () => {
    const session = sessionOf(
      scenario({
        machine: { kernel: '6.1' },
        // A table entry as v6.1 writes it: MMU-present, A, r w x.
        tables: [{ pa: '0x1000', entries: [[0, '0x5000907']] }],
        roots: [{ pa: '0x1000' }],
        run: [{ do: 'zap-leafs' }],
      }),
    );
    const view = shown(session);
    const [row] = view.children(view.roots()[0]!.id);
    assert.equal(row!.kind, 'unknown-table');
    assert.equal(row!.hasChildren, false);
    session.runToEnd();
    assert.equal(view.status().stop?.kind, 'unknown');
    assert.match(reasonOf(view, 'next')!, /nobody showed/);
    assert.equal(view.events(0, 1).rows[0]!.severity, 'error');
    assert.equal(reasonOf(view, 'back'), null);
  });
});
