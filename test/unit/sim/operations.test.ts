import assert from 'node:assert/strict';

import type { Machine } from '../../../src-core/sim/machine';
import { formatWord } from '../../../src-core/word';
import { complaints, results, scenario, sessionOf, vm } from './small-machine';

type Run = readonly Record<string, unknown>[];

function machineAfter(kernel: string, run: Run, machine: Record<string, unknown> = {}): Machine {
  const session = sessionOf(vm(kernel, run, machine));
  session.runToEnd();
  assert.deepEqual(complaints(session.machine), [], kernel);
  return session.machine;
}

/** The last entry of a GFN's walk, without its address bits. */
function bitsAt(machine: Machine, gfn: number): string {
  const { spte } = machine.lookup(machine.rootsOf(0, 'valid')[0]!, gfn);
  return formatWord(spte & ~0x000f_ffff_ffff_f000n);
}

function mappings({ counters }: Machine): number[] {
  return [counters.get('mappings4k'), counters.get('mappings2m'), counters.get('mappings1g')];
}

describe('page faults', () => {
  it('install what the fingerprints of the facts say (x86-kvm.md, 6)', () => {
    const small = { do: 'fault', gfn: '0x3', maxLevel: 1 };
    const rows: [kernel: string, format: string, bits: string][] = [
      ['5.10', 'ept', '0xf77'],
      ['6.1', 'ept', '0x600000000000b77'],
      ['6.12', 'ept', '0x8600000000000b77'],
      ['7.1', 'ept', '0x8600000000000b77'],
      ['7.2', 'ept', '0x80a0000000000f77'],
      ['5.10', 'ept-noad', '0x10000000000c77'],
      ['6.1', 'ept-noad', '0x610000000000877'],
      ['6.12', 'ept-noad', '0x8610000000000877'],
      ['7.1', 'ept-noad', '0x8610000000000b77'],
      ['7.2', 'ept-noad', '0x90a0000000000f77'],
      ['5.12', 'npt64', '0xc67'],
      ['6.1', 'npt64', '0xe67'],
    ];
    for (const [kernel, format, bits] of rows) {
      assert.equal(
        bitsAt(machineAfter(kernel, [small], { format }), 3),
        bits,
        `${kernel} ${format}`,
      );
    }
  });

  it('a huge page is not executable where the mitigation is on, code gets small pages', () => {
    const nx = { nxHugePages: true };
    const machine = machineAfter('6.1', [{ do: 'fault', gfn: '0x3' }], nx);
    assert.equal(bitsAt(machine, 3), '0x600000000000bf3');
    const code = { do: 'access', gfn: '0x3', access: 'execute' };
    const split = machineAfter('6.1', [{ do: 'fault', gfn: '0x3' }, code], nx);
    assert.deepEqual(mappings(split), [1, 0, 0]);
    assert.equal(split.counters.get('nxSplits'), 1);
    const recovered = machineAfter(
      '6.1',
      [code, { do: 'recover-nx' }, { do: 'fault', gfn: '0x3' }],
      nx,
    );
    assert.deepEqual(mappings(recovered), [0, 1, 0]);
    assert.equal(recovered.counters.get('nxSplits'), 0);
  });

  it('below a huge page zap it up to v6.1 and split it later', () => {
    const run: Run = [
      { do: 'access', gfn: '0x3', access: 'write' },
      { do: 'dirty-log', slot: 0, on: true },
      { do: 'access', gfn: '0x4', access: 'write' },
    ];
    const lazy = { eagerSplit: false };
    assert.deepEqual(mappings(machineAfter('6.1', run, lazy)), [1, 0, 0]);
    assert.deepEqual(mappings(machineAfter('6.8', run, lazy)), [512, 0, 0]);
  });

  it('are mended without the lock where only tracking took access away', () => {
    const run: Run = [
      { do: 'fault', gfn: '0x3', maxLevel: 1 },
      { do: 'write-protect', slot: 0 },
      { do: 'fault', gfn: '0x3', access: 'write' },
    ];
    assert.equal(results(machineAfter('6.1', run)).at(-1), 'fixed without the lock');
    assert.equal(results(machineAfter('5.13', run)).at(-1), 'fixed');
  });

  it('say so when there is no memory for a table', () => {
    const machine = machineAfter('6.1', [{ do: 'fault', gfn: '0x3' }], { mostTables: 2 });
    assert.deepEqual(results(machine), ['no memory']);
    assert.equal(machine.counters.get('mmuPages'), 2);
  });
});

describe('MMIO', () => {
  const apic = { do: 'fault', gfn: '0xfee00', access: 'write' };

  it('entries hold GFN and generation as the facts work out (10.3)', () => {
    const rows: [kernel: string, format: string, entry: string][] = [
      ['5.10', 'ept', '0x700000fee00006'],
      ['5.13', 'ept', '0x200000fee00006'],
      ['7.1', 'ept', '0x200000fee00006'],
      ['7.2', 'ept', '0x400000fee00006'],
      ['6.1', 'npt64', '0x280000fee00007'],
    ];
    for (const [kernel, format, entry] of rows) {
      const machine = machineAfter(kernel, [apic], { format, generation: '0x200' });
      const { spte } = machine.lookup(machine.rootsOf(0, 'valid')[0]!, 0xfee00);
      assert.equal(formatWord(spte), entry, `${kernel} ${format}`);
    }
  });

  it('are stale after a change of the slots, and known before', () => {
    const machine = machineAfter('6.1', [apic, apic, { do: 'memslots-updated' }, apic, apic]);
    assert.deepEqual(results(machine), [
      'emulate',
      'emulate: known to be MMIO',
      'new generation',
      'emulate',
      'emulate: known to be MMIO',
    ]);
  });

  it('wrap: everything is zapped when the generation begins anew', () => {
    // 19 bits since v5.13; each update of x86's two address spaces is a step of two.
    const machine = machineAfter('6.1', [{ do: 'fault', gfn: '0x3' }, { do: 'memslots-updated' }], {
      generation: '0x7fffe',
    });
    assert.equal(results(machine).at(-1), 'generation wrapped, everything zapped');
    assert.deepEqual(mappings(machine), [0, 0, 0]);
    assert.equal(machine.counters.get('mmuPages'), 0);
  });

  it('touch no table where they cannot be remembered', () => {
    const noRoom = { format: 'npt64', cpu: { maxphyaddr: 52 } };
    const machine = machineAfter('6.1', [apic], noRoom);
    assert.deepEqual(results(machine), ['emulate: MMIO is not cached']);
    assert.equal(machine.counters.get('mmuPages'), 1);
  });
});

describe('aging', () => {
  it('parks the rights where the CPU has no A/D bits (6, 8.2)', () => {
    const run: Run = [
      { do: 'fault', gfn: '0x3', maxLevel: 1 },
      { do: 'age', start: '0x0', end: '0x10' },
    ];
    const rows: [kernel: string, bits: string][] = [
      ['5.10', '0x150000000000c70'],
      ['6.1', '0x750000000000870'],
      ['6.12', '0x8750000000000870'],
      ['7.1', '0x8750000000000a70'],
      ['7.2', '0xd0f0000000000a70'],
    ];
    for (const [kernel, bits] of rows) {
      assert.equal(bitsAt(machineAfter(kernel, run, { format: 'ept-noad' }), 3), bits, kernel);
    }
  });

  it('tells young from old, and testing changes nothing', () => {
    const range = { start: '0x0', end: '0x10' };
    const run: Run = [
      { do: 'access', gfn: '0x3', access: 'read' },
      { do: 'test-age', ...range },
      { do: 'age', ...range },
      { do: 'test-age', ...range },
      { do: 'access', gfn: '0x3', access: 'read' },
      { do: 'test-age', ...range },
    ];
    for (const format of ['ept', 'ept-noad', 'npt64']) {
      const said = results(machineAfter('6.1', run, { format }));
      const ages = said.filter((text) => text === 'young' || text === 'old');
      assert.deepEqual(ages, ['young', 'young', 'old', 'young'], format);
    }
  });
});

describe('dirty logging', () => {
  it('by the dirty bit clears D, by write protection takes W; huge pages lose W either way', () => {
    const run: Run = [
      { do: 'access', gfn: '0x203', access: 'write' },
      { do: 'fault', gfn: '0x3', maxLevel: 1 },
      { do: 'dirty-log', slot: 0, on: true },
    ];
    const lazy = { eagerSplit: false };
    const byDirty = machineAfter('6.1', run, { ...lazy, dirtyBy: 'dirty-bit' });
    assert.deepEqual(
      [bitsAt(byDirty, 3), bitsAt(byDirty, 0x203)],
      ['0x600000000000977', '0x6000000000009f5'],
    );
    const byWrite = machineAfter('6.1', run, { ...lazy, dirtyBy: 'write-protection' });
    assert.deepEqual(
      [bitsAt(byWrite, 3), bitsAt(byWrite, 0x203)],
      ['0x600000000000b75', '0x600000000000bf5'],
    );
  });

  it('splits eagerly since v5.18, without a flush for it', () => {
    const run: Run = [
      { do: 'access', gfn: '0x3', access: 'read' },
      { do: 'split', slot: 0 },
    ];
    const machine = machineAfter('6.1', run);
    assert.deepEqual(mappings(machine), [512, 0, 0]);
    assert.equal(machine.counters.get('tlbFlushes'), 0);
  });

  it('a split since v6.11 drops the lock for each table it needs', () => {
    const run: Run = [
      { do: 'access', gfn: '0x3', access: 'read' },
      { do: 'access', gfn: '0x203', access: 'read' },
      { do: 'split', slot: 0 },
    ];
    for (const [kernel, dropped] of [
      ['6.8', 0],
      ['6.12', 2],
    ] as const) {
      const { events } = machineAfter(kernel, run);
      const yields = [...events.from()].filter(({ kind }) => kind === 'yielded');
      assert.equal(yields.length, dropped, kernel);
    }
  });

  it('a split of 1 GiB goes through 2 MiB', () => {
    const session = sessionOf(
      scenario({
        machine: { kernel: '6.12' },
        slots: [{ id: 0, gfn: '0x0', pages: 0x40000, pfn: '0x40000', hostPage: '1G' }],
        run: [
          { do: 'fault', gfn: '0x3' },
          { do: 'split', slot: 0, targetLevel: 2 },
          { do: 'collapse', slot: 0 },
        ],
      }),
    );
    const after: number[][] = [];
    while (session.runUntil(({ kind }) => kind === 'done')) after.push(mappings(session.machine));
    // v6.12 zaps the tables; the next fault maps huge again.
    assert.deepEqual(after, [
      [0, 0, 1],
      [0, 512, 0],
      [0, 0, 0],
    ]);
  });

  it('ends with small mappings zapped, or made huge at once since v6.13', () => {
    const run: Run = [
      { do: 'dirty-log', slot: 0, on: true },
      { do: 'access', gfn: '0x3', access: 'write' },
      { do: 'dirty-log', slot: 0, on: false },
    ];
    for (const kernel of ['5.12', '5.18', '6.1', '6.12']) {
      assert.deepEqual(mappings(machineAfter(kernel, run)), [0, 0, 0], kernel);
    }
    assert.deepEqual(mappings(machineAfter('6.13', run)), [0, 1, 0]);
  });
});

describe('yields and other CPUs', () => {
  const mapped: Run = [1, 2, 3, 4].map((gfn) => ({
    do: 'fault',
    gfn: `0x${gfn}`,
    maxLevel: 1,
  }));

  /** `level:gfn` of every entry that the last operation looked at. */
  function visits(kernel: string, operation: Record<string, unknown>): string[] {
    const session = sessionOf(vm(kernel, [...mapped, operation]));
    const seen: string[] = [];
    session.runUntil(() => session.currentStep === mapped.length);
    do {
      const { kind, iter } = session.last!;
      if (kind === 'visit') seen.push(`${iter!.level}:${iter!.gfn}`);
    } while (session.forward());
    return seen;
  }

  it('come back to the root as each kernel does (15.7, E and F)', () => {
    const walk = {
      do: 'write-protect',
      slot: 0,
      yields: [{ visit: '0x3', level: 1 }],
    };
    const begin = ['4:0', '3:0', '2:0', '1:0', '1:1', '1:2', '1:3'];
    assert.deepEqual(visits('6.1', walk).slice(0, 12), [
      ...begin,
      '4:0',
      '3:0',
      '2:0',
      '1:3',
      '1:4',
    ]);
    assert.deepEqual(visits('5.13', walk).slice(0, 11), [...begin, '3:0', '2:0', '1:3', '1:4']);
  });

  it('another CPU that was faster: the compare-exchange fails and the fault is retried', () => {
    const machine = machineAfter('6.1', [
      ...mapped,
      {
        do: 'fault',
        gfn: '0x5',
        maxLevel: 1,
        inject: [{ visit: '0x5', level: 1, do: 'fault', gfn: '0x5', maxLevel: 1 }],
      },
    ]);
    const [others, own] = results(machine).slice(-2);
    assert.deepEqual([others, own], ['another CPU: fixed', 'retry']);
    const failed = [...machine.events.from()].find(({ kind }) => kind === 'exchange-failed')!;
    assert.equal(failed.old, 0n);
    assert.deepEqual(mappings(machine), [5, 0, 0]);
  });

  it('who needs the lock alone waits until the walk yields it', () => {
    const machine = machineAfter('6.1', [
      ...mapped,
      {
        do: 'write-protect',
        slot: 0,
        inject: [{ visit: '0x2', level: 1, do: 'zap-leafs' }],
      },
    ]);
    const all = [...machine.events.from()];
    const begin = all.findLastIndex(
      ({ kind, text }) => kind === 'operation' && text === 'another CPU: zap-leafs',
    );
    const order = all
      .slice(begin)
      .filter(({ kind }) => ['yielded', 'locked', 'unlocked'].includes(kind))
      .map(({ kind, text }) => [kind, text].filter((part) => part !== null).join(' '));
    assert.deepEqual(order, [
      'yielded',
      'unlocked shared',
      'locked exclusive',
      'unlocked exclusive',
      'locked shared',
      'unlocked shared',
    ]);
    assert.deepEqual(mappings(machine), [0, 0, 0]);
  });

  it('all who waited get their turn: one change of the slots after the other', () => {
    const machine = machineAfter('6.1', [
      ...mapped,
      {
        do: 'zap-all',
        inject: [
          { after: 1, do: 'dirty-log', slot: 0, on: true },
          { after: 2, do: 'memslots-updated' },
          { after: 3, do: 'fast-zap' },
        ],
      },
    ]);
    const others = results(machine).filter((text) => text.startsWith('another CPU'));
    assert.equal(others.length, 3);
    assert.equal(machine.slots[0]!.dirtyLog, true);
    assert.equal(machine.state.slotsLocked, false);
  });

  it('an entry changed after it was looked at is read again before the walk steps down', () => {
    const session = sessionOf(
      vm('6.1', [
        ...mapped,
        {
          do: 'test-age',
          start: '0x0',
          end: '0x400',
          inject: [
            {
              visit: '0x0',
              level: 2,
              do: 'write-entry',
              table: '0x102000',
              index: 0,
              value: '0x0',
            },
          ],
        },
      ]),
    );
    session.runUntil(() => session.currentStep === mapped.length);
    assert.ok(session.runUntil(({ kind, iter }) => kind === 'reread' && iter?.level === 2));
    assert.equal(session.last!.iter!.oldSpte, 0n);
    assert.ok(session.forward());
    assert.equal(session.last!.kind, 'side');
  });

  it('a table that is not part of the machine stops the simulation and is named', () => {
    const session = sessionOf(
      vm('6.1', [
        ...mapped,
        { do: 'write-entry', table: '0x102000', index: 1, value: '0x7abb7907' },
        { do: 'test-age', start: '0x200', end: '0x400' },
      ]),
    );
    session.runToEnd();
    assert.deepEqual(session.machine.stopped, {
      kind: 'unknown',
      text: 'the table at 0x7abb7000 is not part of this machine',
    });
    assert.ok(session.back());
  });
});

describe('the host changes a page', () => {
  const small = { do: 'access', gfn: '0x3', access: 'write' };

  it('by invalidation: the mapping goes, the next access finds the new frame', () => {
    const machine = machineAfter('6.12', [
      small,
      { do: 'host-change', gfn: '0x3', pfn: '0x99999' },
      small,
    ]);
    const { spte, page } = machine.lookup(machine.rootsOf(0, 'valid')[0]!, 3);
    assert.equal(page.level, 1);
    assert.equal((spte >> 12n) & 0xffffffffffn, 0x99999n);
  });

  it('by change_pte until v6.9: a page that stays read-only is mapped at once', () => {
    const machine = machineAfter('6.8', [
      { do: 'fault', gfn: '0x3', maxLevel: 1 },
      { do: 'host-change', gfn: '0x3', pfn: '0x99999', writable: false, via: 'change-pte' },
    ]);
    const { spte } = machine.lookup(machine.rootsOf(0, 'valid')[0]!, 3);
    assert.equal((spte >> 12n) & 0xffffffffffn, 0x99999n);
    assert.equal(spte & 2n, 0n);
  });
});
