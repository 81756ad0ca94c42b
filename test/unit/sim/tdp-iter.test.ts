import assert from 'node:assert/strict';

import { TableMemory } from '../../../src-core/sim/table-memory';
import { TdpIter } from '../../../src-core/sim/tdp-iter';
import { tdpIterFormOf, tdpIterForms } from '../../../src-core/sim/tdp-iter-form';
import { presentByBit11 } from '../../../src-core/sim/tdp-iter-rule';
import { tdpIterFields } from '../../../src-core/sim/tdp-iter-state';

/**
 * The tables of the facts' worked walks (x86-kvm.md, 15.7): root[0] → A; A[0] → B, A[1] a 1 GiB leaf;
 * B[0] → C, B[1] a 2 MiB leaf, B[511] → D; C full of leaves; of D only the last entry.
 */
const table = (pa: number): bigint => BigInt(pa) | 0x907n;
const leaf = 0x0600_0000_0000_0b77n;
const huge = leaf | 0x80n;
const [root, a, b, c, d] = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000];

function workedTables(): TableMemory {
  const all = Array.from({ length: 512 }, (_, index): [number, bigint] => [index, leaf]);
  return TableMemory.fromList(
    [
      { pa: root, entries: [[0, table(a)]] },
      {
        pa: a,
        entries: [
          [0, table(b)],
          [1, huge],
        ],
      },
      {
        pa: b,
        entries: [
          [0, table(c)],
          [1, huge],
          [511, table(d)],
        ],
      },
      { pa: c, entries: all },
      { pa: d, entries: [[511, leaf]] },
    ],
    0n,
  );
}

interface Asked {
  readonly kernel?: string;
  readonly start: number;
  readonly end: number;
  readonly minLevel?: number;
  /** Ask to yield at the first visit of this GFN at level 1; -1: at the very first entry. */
  readonly yieldAt?: number;
}

interface Walked {
  /** `level:gfn` of every visit. */
  readonly visits: string[];
  /** `next_last_level_gfn` of every visit. */
  readonly targets: number[];
  readonly yielded: boolean[];
  readonly valid: boolean;
}

function walk({ kernel = '6.1', start, end, minLevel = 1, yieldAt }: Asked): Walked {
  const memory = workedTables();
  const iter = new TdpIter(tdpIterFormOf(kernel)!, presentByBit11(), memory);
  const visits: string[] = [];
  const targets: number[] = [];
  const yielded: boolean[] = [];
  iter.start({ root: memory.table(root)!, rootLevel: 4, minLevel, gfn: start });
  while (iter.valid && iter.gfn < end) {
    visits.push(`${iter.level}:0x${iter.gfn.toString(16)}`);
    targets.push(iter.nextLastLevelGfn);
    const here = yieldAt === -1 ? visits.length === 1 : iter.level === 1 && iter.gfn === yieldAt;
    if (here && yielded.length === 0) {
      yielded.push(iter.mayYield());
      if (yielded[0] === true) iter.resumeAfterYield();
    }
    iter.next();
  }
  return { visits, targets, yielded, valid: iter.valid };
}

describe('tdp_iter: the worked walks', () => {
  it('A: from the end of one table into its parent', () => {
    const { visits, targets } = walk({ start: 0x1fe, end: 0x401 });
    assert.deepEqual(visits, [
      '4:0x0',
      '3:0x0',
      '2:0x0',
      '1:0x1fe',
      '1:0x1ff',
      '2:0x200',
      '2:0x400',
    ]);
    assert.deepEqual(targets, [0x1fe, 0x1fe, 0x1fe, 0x1fe, 0x1ff, 0x200, 0x400]);
  });

  it('B: two levels up at once', () => {
    const { visits } = walk({ start: 0x3fffe, end: 0x80001 });
    assert.deepEqual(visits, [
      '4:0x0',
      '3:0x0',
      '2:0x3fe00',
      '1:0x3fffe',
      '1:0x3ffff',
      '3:0x40000',
      '3:0x80000',
    ]);
  });

  it('C: tables below the lowest level are not entered', () => {
    const { visits } = walk({ start: 0, end: 0x600, minLevel: 2 });
    assert.deepEqual(visits, ['4:0x0', '3:0x0', '2:0x0', '2:0x200', '2:0x400']);
  });

  it('D: the last entry of the root', () => {
    const { visits, valid } = walk({ start: 0xfffffffff, end: 0x1000000000 });
    assert.deepEqual(visits, ['4:0xff8000000']);
    assert.equal(valid, false);
  });

  it('E: a yield since v5.16 shows the root entry again', () => {
    const { visits } = walk({ start: 1, end: 5, yieldAt: 3 });
    assert.deepEqual(
      visits,
      '4:0x0 3:0x0 2:0x0 1:0x1 1:0x2 1:0x3 4:0x0 3:0x0 2:0x0 1:0x3 1:0x4'.split(' '),
    );
  });

  it('F: v5.12 to v5.15 step on from it', () => {
    const { visits } = walk({ kernel: '5.13', start: 1, end: 5, yieldAt: 3 });
    assert.deepEqual(
      visits,
      '4:0x0 3:0x0 2:0x0 1:0x1 1:0x2 1:0x3 3:0x0 2:0x0 1:0x3 1:0x4'.split(' '),
    );
  });

  it('G: no yield before the walk moved sideways; v5.10 yields even so', () => {
    assert.deepEqual(walk({ start: 0, end: 5, yieldAt: -1 }).yielded, [false]);
    assert.deepEqual(walk({ kernel: '5.12', start: 0, end: 5, yieldAt: -1 }).yielded, [false]);
    assert.deepEqual(walk({ kernel: '5.11', start: 0, end: 5, yieldAt: -1 }).yielded, [true]);
  });
});

describe('tdp_iter: forms', () => {
  it('are found by kernel', () => {
    const expected: [string, string | undefined][] = [
      ['seed-v2', 'seed-v2'],
      ['5.9', undefined],
      ['nonsense', undefined],
      ['v5.10', 'v5.10'],
      ['5.10.198', 'v5.12'],
      ['v5.11', 'v5.10'],
      ['v5.12.12', 'v5.12'],
      ['5.15.0-91-generic', 'v5.12'],
      ['v5.16', 'v5.16'],
      ['v6.1', 'v5.16'],
      ['v6.12', 'v6.5'],
      ['v7.1-rc3', 'v6.14'],
    ];
    for (const [kernel, name] of expected) {
      assert.equal(tdpIterFormOf(kernel)?.name, name, kernel);
    }
  });

  it('name the struct’s fields as their kernels do', () => {
    const memory = workedTables();
    const names = new Map(
      tdpIterForms.map((form) => {
        const iter = new TdpIter(form, presentByBit11(), memory);
        iter.start({ root: memory.table(root)!, rootLevel: 4, minLevel: 1, gfn: 0x1fe });
        return [form.name, tdpIterFields(form, iter.state()).map(({ name }) => name)];
      }),
    );
    assert.equal(names.get('v5.10')![0], 'goal_gfn');
    assert.ok(!names.get('v5.10')!.includes('yielded_gfn'));
    assert.ok(names.get('v5.12')!.includes('yielded_gfn'));
    assert.ok(!names.get('v5.12')!.includes('yielded'));
    assert.ok(names.get('v5.16')!.includes('yielded'));
    assert.ok(!names.get('v6.5')!.includes('gfn_bits'));
    assert.ok(names.get('v6.14')!.includes('gfn_bits'));
  });

  it('index the shared half of a TDX VM with gfn_bits', () => {
    // The facts' example (15.5): GFN 0xfee00 with bit 35 is entry 256 of the root.
    const memory = workedTables();
    const iter = new TdpIter(tdpIterFormOf('7.1')!, presentByBit11(), memory);
    const begin = { root: memory.table(root)!, rootLevel: 4, minLevel: 1, gfnBits: 2 ** 35 };
    iter.start({ ...begin, gfn: 0xfee00 });
    assert.deepEqual([iter.index, iter.gfn, iter.valid], [256, 0, true]);
  });

  it('refuse what cannot be walked', () => {
    const memory = workedTables();
    const warnings: string[] = [];
    const iter = new TdpIter(tdpIterFormOf('7.1')!, presentByBit11(), memory, (text) => {
      warnings.push(text);
    });
    const page = memory.table(root)!;
    iter.start({ root: page, rootLevel: 4, minLevel: 1, gfn: 2 ** 35, gfnBits: 2 ** 35 });
    assert.equal(iter.valid, false);
    iter.start({ root: page, rootLevel: 6, minLevel: 1, gfn: 0 });
    assert.equal(iter.valid, false);
    assert.equal(warnings.length, 2);
  });

  it('say which table is not there', () => {
    const memory = workedTables();
    memory.remove(c);
    const iter = new TdpIter(tdpIterFormOf('6.1')!, presentByBit11(), memory);
    iter.start({ root: memory.table(root)!, rootLevel: 4, minLevel: 1, gfn: 0 });
    while (iter.valid) iter.next();
    assert.equal(iter.missing, c);
  });
});
