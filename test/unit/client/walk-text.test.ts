import assert from 'node:assert/strict';

import { childrenOf, walkNode } from '../../../client/walks/walk-nodes';
import { walkText } from '../../../client/walks/walk-text';
import type { WalkReply, WalkRow } from '../../../server/protocol';

function row(level: number, more: Partial<WalkRow>): WalkRow {
  return {
    level,
    title: `level ${String(level)}`,
    index: 0,
    table: '0x1000',
    entryAddress: '0x1000',
    entry: '0x0',
    kind: 'empty',
    meaning: 'empty',
    markdown: '',
    place: null,
    ...more,
  };
}

const reply: WalkReply = {
  address: '0x1000',
  status: 'missing',
  physical: null,
  pageSize: null,
  summary: "The table at 0x103b2f000 isn't in this dump.",
  root: '0x103b30000',
  format: 'npt64',
  levels: 4,
  rows: [
    row(4, {
      title: 'level 4 (PML4)',
      entryAddress: '0x103b30000',
      entry: '0x103b2f827',
      kind: 'table',
      meaning: 'table → 0x103b2f000',
    }),
    row(3, {
      title: 'level 3 (PDPT)',
      index: 12,
      entryAddress: '0x103b2f060',
      entry: null,
      kind: 'missing',
      meaning: 'not in this dump',
    }),
  ],
  findings: [{ code: 'shared', severity: 'info', message: 'Two entries point to it.' }],
  accesses: [],
  dumpCommands: [{ tool: 'QEMU', command: 'xp /512gx 0x103b2f000' }],
};

describe('a walk as text', () => {
  it('has the answer first, then a line for each level, what is wrong, and what would help', () => {
    assert.equal(
      walkText(reply),
      [
        "The table at 0x103b2f000 isn't in this dump.",
        'root 0x103b30000, npt64, 4 levels',
        '  level 4 (PML4)  [0]   at 0x103b30000  0x103b2f827       table → 0x103b2f000',
        '  level 3 (PDPT)  [12]  at 0x103b2f060  not in this dump',
        'info: Two entries point to it.',
        'QEMU: xp /512gx 0x103b2f000',
        '',
      ].join('\n'),
    );
  });
});

describe('the rows under a walk', () => {
  const walk = { id: 'walk-1', question: { uri: 'file:///d.xp', address: '0x1000' }, reply };
  const nodes = childrenOf(walkNode({ ...walk, stale: false, accesses: [] }));

  it('are its levels, its findings and its dump commands', () => {
    assert.deepEqual(
      nodes.map(({ kind }) => kind),
      ['level', 'level', 'finding', 'dump-command'],
    );
  });

  it('have ids that differ, and stay when the values change', () => {
    const ids = nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const changed = { ...reply, rows: reply.rows.map((each) => ({ ...each, entry: '0x1' })) };
    const again = childrenOf(walkNode({ ...walk, reply: changed, stale: false, accesses: [] }));
    assert.deepEqual(
      again.map(({ id }) => id),
      ids,
    );
  });
});
