import assert from 'node:assert/strict';

import { dimensionsPicture } from '../../../client/views/dimensions-picture';
import { dimensionGrid, referenceLabel } from '../../../client/walks/dimension-grid';
import { walkText } from '../../../client/walks/walk-text';
import type { WalkReply, WalkRow } from '../../../server/protocol';

function row(
  number: number,
  dimension: 1 | 2,
  level: number,
  more: Partial<WalkRow> = {},
): WalkRow {
  return {
    level,
    title: `level ${String(level)} (a name)`,
    index: 3,
    table: '0x1000',
    entryAddress: '0x1018',
    entry: '0x2007',
    kind: 'table',
    meaning: 'table → 0x2000',
    markdown: '',
    place: null,
    reference: { number, dimension, name: dimension === 1 ? 'guest' : 'EPT' },
    ...more,
  };
}

/** Two levels on both sides; the second read of the guest goes through a large page. */
const reply: WalkReply = {
  address: '0x123',
  status: 'mapped',
  physical: '0x25123',
  pageSize: 4096,
  summary: 'GVA 0x123 → GPA 0x5123 → HPA 0x25123. 7 memory references.',
  root: '0x1000',
  format: 'guest64',
  levels: 2,
  rows: [
    row(1, 2, 2),
    row(2, 2, 1, { kind: 'leaf' }),
    row(3, 1, 2, { place: { uri: 'file:///a"b.xp', line: 4, start: 2, end: 20 } }),
    row(4, 2, 2, { kind: 'leaf', meaning: '2M r-x <wide>' }),
    row(5, 1, 1, { kind: 'leaf' }),
    row(6, 2, 2),
    row(7, 2, 1, { kind: 'leaf' }),
  ],
  findings: [],
  accesses: [],
  dumpCommands: [],
  second: {
    root: '0x10000',
    format: 'ept',
    levels: 2,
    addresses: ['GVA', 'GPA', 'HPA'],
    intermediate: '0x5123',
  },
};

describe('a walk in two dimensions as a picture', () => {
  it('has a row for each read of the guest, and one for the page', () => {
    const grid = dimensionGrid(reply)!;
    const numbers = grid.rows.map(({ under, guest }) => [
      ...under.map(({ reference }) => reference!.number),
      guest?.reference?.number,
    ]);
    assert.deepEqual(numbers, [
      [1, 2, 3],
      [4, 5],
      [6, 7, undefined],
    ]);
    assert.deepEqual(grid.columns, ['L2', 'L1']);
    assert.equal(dimensionGrid({ ...reply, second: undefined } as never), undefined);
  });

  it('shows every number once, in order of reading, and nothing that runs', () => {
    const html = dimensionsPicture(reply, 'abc')!;
    const numbers = [...html.matchAll(/class="number">(\d+)</g)].map(([, number]) => number);
    assert.deepEqual(numbers, ['1', '2', '3', '4', '5', '6', '7']);
    assert.match(html, /default-src 'none'; style-src 'nonce-abc'/);
    assert.doesNotMatch(html, /<script|https?:|style="/);
    assert.match(html, /colspan="2"/);
    assert.match(html, /2M r-x &lt;wide&gt;/);
    assert.match(html, /href="command:pagewalk\.showPlace\?%5B/);
    assert.match(html, /<h1>GVA 0x123 → GPA 0x5123 → HPA 0x25123<\/h1>/);
    // Colours are the theme's, none is written.
    assert.doesNotMatch(html, /#[0-9a-f]{3,8};|rgb\(/i);
  });

  it('numbers the list and the text too', () => {
    assert.equal(referenceLabel(reply.rows[2]!), '3 · guest L2');
    const text = walkText(reply).split('\n');
    assert.equal(text[1], 'root 0x1000, guest64, 2 levels');
    assert.equal(text[2], 'over root 0x10000, ept, 2 levels');
    assert.match(text[5]!, /^ {2}3 guest level 2/);
  });
});
