import assert from 'node:assert/strict';

import { lineText } from '../../../server/render/answer';
import { layoutAnswer, levelTable } from '../../../server/render/stage2-layout';
import { geometryForms, type GranuleName, stage2Geometry } from '../../../src-core/index';

const granules: readonly GranuleName[] = ['4K', '16K', '64K'];
const sizes = Array.from({ length: 52 - 32 + 1 }, (_, index) => 32 + index);

describe('a stage-2 layout as a table', () => {
  it('covers every bit of the IPA once, in every granule, form and size', () => {
    for (const granule of granules)
      for (const form of geometryForms)
        for (const ipaBits of sizes) {
          const facts = stage2Geometry({ granule, ipaBits, form });
          if ('problem' in facts) continue;
          const what = `${granule} ${ipaBits} ${form}`;
          const { rows } = levelTable({ granule, ipaBits, levels: Number(facts.levels) });
          let next = ipaBits - 1;
          for (const [, bits, entries] of rows.map((cells) => cells.map(lineText))) {
            const [high, low = high] = bits!.split(':').map(Number);
            assert.equal(high, next, what);
            assert.equal(Number(entries), 2 ** (high - low! + 1), what);
            next = low! - 1;
          }
          const [, , lastEntries] = rows.at(-1)!.map(lineText);
          assert.ok(Number(lastEntries) > 0, what);
          assert.equal(2 ** (next + 1), { '4K': 4096, '16K': 16384, '64K': 65536 }[granule], what);
        }
  });

  it('says what KVM of 2018 asks of its host', () => {
    const facts = stage2Geometry({ granule: '4K', ipaBits: 48, form: 'seed' });
    assert.ok(!('problem' in facts));
    const { below, warnings } = layoutAnswer(facts);
    const rows = below!.rows.map((cells) => cells.map(lineText).join(' | '));
    // facts/arm64-geometry.json: a host with as many levels as the guest's tables.
    assert.ok(rows.some((row) => row.startsWith('host VA sizes | 48 bits')));
    assert.match(lineText(warnings[0]!), /need a host with at least as many levels/);
  });
});
