import assert from 'node:assert/strict';

import { frameNumber } from '../../../src-core/kvm/spte';
import { handleChangedSpte } from '../../../src-core/sim/changed-spte';
import type { Machine } from '../../../src-core/sim/machine';
import { readScenario } from '../../../src-core/sim/scenario';
import type { Session } from '../../../src-core/sim/session';
import { Task } from '../../../src-core/sim/task';
import { finish, results, scenario, sessionOf } from './small-machine';

const slot = { id: 0, gfn: '0x0', pages: '0x1000', pfn: '0x10000', privatePfn: '0x80000' };
const tdx = { kernel: '6.16', tdx: true, firstTable: '0x1000' };

function run(
  steps: readonly Record<string, unknown>[],
  machine: Record<string, unknown> = tdx,
): Session<Machine> {
  const session = sessionOf(
    scenario({ machine, slots: [{ ...slot, hostPage: '2M' }], run: steps }),
  );
  session.runToEnd();
  return session;
}

const shared = { do: 'access', gfn: '0x3', access: 'write' };
const own = { do: 'access', gfn: '0x3', access: 'write', private: true };

/** What the module was asked for, in order. */
function asked({ events }: Machine, from = 0): string[] {
  return [...events.from(from)]
    .filter(({ kind }) => kind.startsWith('external-'))
    .map(({ text, level }) => `${text!} ${level!}`);
}

const entryOf = ({ pages }: Machine, pa: number, index: number): bigint =>
  pages.get(pa)!.table.entry(index);

/** facts/x86-kvm.md, sections 15.5 and 15.6; the module's calls: 16.3 and tdp_mmu.c of v6.14. */
describe('mirror roots of TDX guests', () => {
  it('shared memory is reached by its bit: index 256 of a root of four levels', () => {
    const { machine } = run([{ do: 'access', gfn: '0xfee00' }]);
    const root = machine.rootFor(0, false)!;
    const empty = 1n << 63n;
    assert.notEqual(root.table.entry(256), empty);
    assert.equal(root.table.entry(0), empty);
    assert.equal(machine.gfnBitsOf(root), 2 ** 35);
    // The MMIO entry of a TDX guest has neither rights nor bit 63: the guest gets a #VE.
    assert.equal(machine.lookup(root, 0xfee00).spte & 0x8000_0000_0000_0007n, 0n);
  });

  it('with five levels the bit is 2^39', () => {
    const { machine } = run([shared], { ...tdx, levels: 5 });
    const root = machine.rootFor(0, false)!;
    assert.equal(machine.gfnBitsOf(root), 2 ** 39);
    // Bit 39 of a GFN is bit 3 of the index at level 5.
    assert.notEqual(root.table.entry(8), 1n << 63n);
  });

  it('private memory has a root of its own, and the module writes its real tables', () => {
    const { machine } = run([own]);
    const mirror = machine.rootFor(0, true)!;
    assert.equal(machine.rootFor(0, false), undefined);
    assert.equal(machine.gfnBitsOf(mirror), 0);
    assert.deepEqual(asked(machine), [
      'link_external_spt 4',
      'link_external_spt 3',
      'link_external_spt 2',
      'set_external_spte 1',
    ]);
    const { spte, level } = machine.lookup(mirror, 3);
    // 4 KiB whatever the host's pages are, and the frame of guest_memfd.
    assert.deepEqual([level, frameNumber(machine.kind.masks, spte)], [1, 0x80003n]);
    const leafWrites = [...machine.events.from()].filter(
      (event) => event.kind === 'write' && event.level === 1,
    );
    // Frozen while the module works.
    assert.deepEqual(
      leafWrites.map((event) => event.new),
      [0x8000_0000_0000_05a0n, spte],
    );
  });

  it('a GFN is mapped in both, each by its own frame; counters count both', () => {
    const { machine } = run([shared, own]);
    const frames = [false, true].map((isPrivate) => {
      const { spte, level } = machine.lookup(machine.rootFor(0, isPrivate)!, 3);
      return [level, frameNumber(machine.kind.masks, spte)];
    });
    assert.deepEqual(frames, [
      [2, 0x10000n],
      [1, 0x80003n],
    ]);
    const { mappings_4k, mappings_2m, mmu_pages } = machine.report().counters;
    assert.deepEqual([mappings_4k, mappings_2m, mmu_pages], [1, 1, 7]);
  });

  it('aging and moved pages are about shared memory only', () => {
    const { machine } = run([
      shared,
      own,
      { do: 'age', start: '0x0', end: '0x10' },
      { do: 'host-change', gfn: '0x3', pfn: '0x20000' },
    ]);
    const mirror = machine.lookup(machine.rootFor(0, true)!, 3);
    assert.equal(mirror.spte & 0x100n, 0x100n, 'still accessed');
    assert.equal(frameNumber(machine.kind.masks, mirror.spte), 0x80003n);
    assert.notEqual(machine.lookup(machine.rootFor(0, false)!, 3).level, 1);
  });

  it('a zapped range takes private pages away by the module', () => {
    const { machine } = run([shared, own, { do: 'zap-range', start: '0x0', end: '0x200' }]);
    assert.deepEqual(asked(machine).slice(4), ['remove_external_spte 1']);
    assert.deepEqual(machine.report().counters['mappings_4k'], 0);
  });

  it('the end of a VM and a fast zap leave the mirror as it is', () => {
    const end = run([shared, own, { do: 'zap-all' }]).machine;
    // Root and three tables of the mirror, root of the shared memory.
    assert.deepEqual([end.report().counters['mmu_pages'], asked(end).length], [5, 4]);
    const fast = run([shared, own, { do: 'fast-zap' }, shared]).machine;
    assert.deepEqual(
      fast.rootsOf(0, 'all').map(({ mirror, invalid }) => [mirror, invalid]),
      [
        [true, false],
        [false, false],
      ],
    );
    assert.equal(fast.stopped, null);
  });

  it('a table of the mirror goes page by page, then as a whole; never under the shared lock', () => {
    for (const lock of ['exclusive', 'shared'] as const) {
      const { machine } = run([own]);
      const from = machine.events.length;
      const [root, below] = [machine.rootFor(0, true)!, 0x3000];
      assert.equal(root.table.pa, 0x1000);
      const old = entryOf(machine, below, 0);
      const change = { asId: 0, gfn: 0, level: 2, old, new: machine.kind.initialValue };
      finish(
        machine,
        handleChangedSpte(new Task(machine), { ...change, shared: lock === 'shared' }),
      );
      if (lock === 'shared') assert.equal(machine.stopped?.text, 'KVM_BUG_ON(shared)');
      else {
        assert.deepEqual(asked(machine, from), ['remove_external_spte 1', 'free_external_spt 1']);
      }
    }
  });

  it('private memory that is not there is user space’s business', () => {
    const plain = { id: 0, gfn: '0x0', pages: '0x1000', pfn: '0x10000' };
    const session = sessionOf(scenario({ machine: tdx, slots: [plain], run: [own] }));
    session.runToEnd();
    assert.deepEqual(
      results(session.machine).at(-1),
      'exit to user space: there is no private memory',
    );
  });

  it('what cannot be is refused at its place', () => {
    const rows: [Record<string, unknown>, Record<string, unknown>[], string][] = [
      [{ ...tdx, kernel: '6.12' }, [], '/machine/tdx'],
      [{ ...tdx, format: 'npt64' }, [], '/machine/tdx'],
      [{ kernel: '6.16' }, [own], '/run/0/private'],
      [tdx, [{ ...shared, gfn: '0x800000000' }], '/run/0/gfn'],
      [tdx, [{ do: 'dirty-log', slot: 0, on: true }], '/run/0/slot'],
    ];
    for (const [machine, steps, pointer] of rows) {
      const read = readScenario({ machine, slots: [slot], run: steps });
      assert.ok('problems' in read, pointer);
      assert.deepEqual(
        read.problems.map((problem) => problem.pointer),
        [pointer],
      );
    }
  });

  it('tables that are there from the start keep their kind', () => {
    const before = run([shared, own]).machine;
    const tables = [...before.pages.all()].map(({ table }) => ({
      pa: `0x${table.pa.toString(16)}`,
      entries: Array.from({ length: 512 }, (_, index) => [
        index,
        `0x${table.entry(index).toString(16)}`,
      ]),
    }));
    const roots = before.rootsOf(0, 'all').map(({ table, mirror }) => ({
      pa: `0x${table.pa.toString(16)}`,
      mirror,
    }));
    const again = sessionOf(scenario({ machine: tdx, slots: [slot], tables, roots, run: [own] }));
    again.runToEnd();
    const { machine } = again;
    assert.deepEqual(results(machine), ['done by the CPU alone']);
    assert.equal(machine.pages.size, before.pages.size);
    for (const page of before.pages.all()) {
      const { level, gfn, mirror } = machine.pages.get(page.table.pa)!;
      assert.deepEqual([level, gfn, mirror], [page.level, page.gfn, page.mirror]);
    }
  });
});
