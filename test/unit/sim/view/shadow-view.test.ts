import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { readScenario, Session } from '../../../../src-core/index';
import { checkRows } from './check-rows';
import { shown } from './shown-session';

function open(name: string, machine: object = {}): Session {
  const file = `samples/scenarios/${name}.pagewalk.json`;
  const json = JSON.parse(readFileSync(file, 'utf8')) as { machine: object };
  const scenario = readScenario({ ...json, machine: { ...json.machine, ...machine } });
  if ('problems' in scenario) assert.fail(JSON.stringify(scenario.problems));
  const session = Session.open(scenario);
  assert.ok(!('problem' in session));
  return session;
}

function field(session: Session, name: string): string | undefined {
  return shown(session)
    .fields()
    .find((each) => each.name === name)?.value;
}

describe('shadow paging as rows', () => {
  for (const name of ['shadow-quadrants', 'shadow-unsync', 'rmap-growth', 'rmap-compaction']) {
    it(`${name}: rows agree with each other at any moment`, () => {
      const session = open(name);
      const view = shown(session);
      for (let stop = 0; ; stop += 37) {
        view.remember();
        session.goTo(stop);
        checkRows(view);
        if (session.position < stop) break;
      }
      while (session.position > 61) {
        checkRows(view);
        session.goTo(session.position - 61);
      }
    });
  }

  it('has the guest’s tables and the shadow side by side, with every field of the role', () => {
    const session = open('shadow-quadrants');
    session.runToEnd();
    const view = shown(session);
    const tops = view.roots().map(({ label }) => label);
    assert.deepEqual(tops.slice(0, 2), ['guest tables 0x10000', 'shadow root 0x104000']);
    const quarters = view.children('root:0x104000');
    assert.deepEqual(
      quarters.map(({ label }) => label),
      [0, 1, 2, 3].map((at) => `[${at}] table 0x10${at}000`),
    );
    assert.match(
      quarters[3]!.description,
      /^quadrant 3, shadows GFN 0x10, root · GVA 0xc0000000–0xffffffff/,
    );
    const explained = view.explain('root:0x104000/2');
    assert.ok(explained?.kind === 'entry');
    // facts/x86-kvm.md, 17: l2, has_4_byte_gpte, q2, access 7, efer_nx, cr0_wp.
    const role = explained.notes.find((note) => note.startsWith('Role'));
    assert.equal(role, 'Role 0x3752 (v5.18): l2 4-byte q2 wux nxe ad.');
    assert.ok(explained.notes.some((note) => /^level 2, has_4_byte_gpte 1, quadrant 2/.test(note)));
    const direct = view
      .children('root:0x104000/0')
      .find(({ description }) => description.includes('direct'));
    assert.match(direct!.description, /quadrant 1, direct from GFN 0x600/);
  });

  it('shows a quadrant step: the bit of the address, by address and by index', () => {
    for (const [kernel, below] of [
      ['6.1', 'spte_index(sptep) & 1 = 1 & 1 = 1 (address bit 21)'],
      ['5.19', '(addr >> 21) & 1 = 1 (address bit 21)'],
    ] as const) {
      const session = open('shadow-quadrants', { kernel });
      const arrived = session.runUntil(
        ({ kind, walker }) =>
          kind === 'visit' &&
          walker?.memory === 'host' &&
          walker.level === 2 &&
          walker.gfn === 0x200,
      );
      assert.ok(arrived);
      assert.equal(field(session, 'quadrant below'), below);
      assert.equal(field(session, 'quadrant'), '0 (address bits 31:30)');
      assert.equal(field(session, 'index'), '1');
      assert.equal(shown(session).place(), 'root:0x104000/0/1');
      session.runUntil(({ kind, walker }) => kind === 'down' && walker?.level === 1);
      assert.equal(field(session, 'quadrant'), '1 (address bit 21)');
    }
  });

  it('follows KVM through the guest’s own tables', () => {
    const session = open('shadow-unsync');
    const arrived = session.runUntil(
      ({ kind, walker }) => kind === 'guest-read' && walker?.level === 2,
    );
    assert.ok(arrived);
    assert.equal(shown(session).place(), 'guest:0x10000/0/0/0');
    assert.equal(field(session, 'walk'), 'guest_walker');
    assert.equal(field(session, 'pte_gpa[1]'), '0x12000');
  });

  it('has the descriptors of each frame’s list, as the kernel lays them out', () => {
    const session = open('rmap-growth');
    session.runUntil(() => session.currentStep === 6);
    const view = shown(session);
    const frame = view.children('group:rmaps').find(({ label }) => label === 'GFN 0x100')!;
    assert.match(frame.description, /descriptors of 128 bytes, 2\/14 → 14\/14 → 14\/14 used$/);
    const descs = view.children(frame.id);
    assert.deepEqual(
      descs.map(({ description }) => description.replace(/more 0x[1-9a-f]\w*/, 'more …')),
      [
        '2 of 14, more …, spte_count 2, tail_count 28',
        '14 of 14, more …, spte_count 14, tail_count 14',
        '14 of 14, more 0x0, spte_count 14, tail_count 0',
      ],
    );
    assert.equal(view.children(descs[1]!.id).length, 14);
    const explained = view.explain(frame.id);
    assert.ok(explained?.kind === 'words');
    assert.ok(explained.lines.some((line) => line.includes('+12 tail_count = 28')));
  });

  it('marks what changed: guest memory apart from tables of the same address', () => {
    const session = open('shadow-unsync', { firstTable: '0x10000' });
    const view = shown(session);
    session.runUntil(() => session.currentStep === 1);
    view.remember();
    session.runUntil(() => session.currentStep === 2);
    const guest = view.row('guest:0x10000/0/0/0/256');
    assert.equal(guest?.changed, true);
    checkRows(view);
  });

  it('writes addresses as the guest does: of a 64-bit one canonical', () => {
    const session = open('shadow-unsync');
    const view = shown(session);
    assert.equal(view.goal.canonical, true);
    const upper = view.children(view.roots()[0]!.id).at(-1)!;
    assert.match(upper.description, /GVA 0x8000000000–0xffffffffffffffff$/);
    assert.equal(shown(open('shadow-quadrants')).goal.canonical, false);
  });
});
