import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { sharedPlace } from '../../../golden/places';
import { ran, stage2Problems } from './stage2-machine';

/** A row of facts/arm64-geometry.json. */
interface GeometryRow {
  readonly granule: '4K' | '16K' | '64K';
  readonly ipa_shift: number;
  readonly current: {
    readonly levels: number;
    readonly start_level: number;
    readonly pgd_pages: number;
    readonly root_entries: number;
    readonly max_block_level: number;
    readonly needs_lpa2_ds: boolean;
    readonly cache_min_pages: number;
  };
  readonly seed?: { readonly levels: number };
}

const place = sharedPlace('facts', 'arm64-geometry.json');
const { rows } =
  place === undefined
    ? { rows: [] }
    : (JSON.parse(readFileSync(place, 'utf8')) as { rows: GeometryRow[] });

describe('a stage-2 machine of each size', () => {
  if (rows.length > 0) {
    it(`facts/arm64-geometry.json: ${rows.length} of ${rows.length}`, () => {
      for (const { granule, ipa_shift: ipaBits, current } of rows) {
        const top = 2 ** ipaBits;
        const page = { '4K': 2 ** 12, '16K': 2 ** 14, '64K': 2 ** 16 }[granule];
        const machine = {
          kernel: '6.12',
          granule,
          ipaBits,
          cpu: { lpa2: current.needs_lpa2_ds, pa_bits: 52 },
        };
        const what = `${granule} ${ipaBits}`;
        // The highest page there is: the last of the root's entries, in the last of its tables.
        const run = [{ do: 'map', ipa: `0x${(top - page).toString(16)}`, pa: '0x0' }];
        const { machine: made, results } = ran(machine, run);
        assert.deepEqual(results, ['mapped'], what);
        assert.equal(made.tables.root.length, current.pgd_pages, what);
        assert.equal(made.geometry.startLevel, current.start_level, what);
        assert.equal(made.counters.get('tables'), current.levels - 1, what);
        assert.equal(made.geometry.blockLevel, current.max_block_level, what);
        const last = made.tables.root.at(-1)!;
        assert.equal(last.count, 2, what);
        const index = (current.root_entries - 1) % made.geometry.entriesPerTable;
        assert.notEqual(made.tables.entry(last, index), 0n, what);
        const { table, index: at } = made.lookup(top - page);
        assert.equal(table.level, 3, what);
        assert.equal(at, made.geometry.entriesPerTable - 1, what);
      }
    });

    it('the posted helpers refuse what they cannot fold', () => {
      const [row] = rows.filter(({ granule, seed }) => granule === '64K' && seed?.levels === 1);
      const machine = { kernel: '4.18', helpers: 'seed', granule: '64K', ipaBits: row!.ipa_shift };
      assert.match(stage2Problems(machine)[0]!, /^\/machine\/ipaBits: .*folds the pmd/);
    });
  }

  it('is refused where it cannot be', () => {
    const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
      [{ kernel: 'six' }, /\/machine\/kernel: 'six' is no kernel version/],
      [{ kernel: '6.12', ipaBits: 31 }, /\/machine\/ipaBits: a whole number from 32 to 52/],
      [{ kernel: '6.12', ipaBits: 50 }, /need LPA2/],
      [{ kernel: '6.12', helpers: 'seed' }, /since v5\.10 KVM has a walker of its own/],
      [{ kernel: '4.20', helpers: 'current' }, /before v5\.10/],
      [{ kernel: '6.12', root: '0x41401000' }, /the root has 2 tables: a multiple of 0x2000/],
      [{ kernel: '6.1', splitChunk: '0x200000' }, /came with v6\.5/],
      [{ kernel: '6.12', splitChunk: '0x300000' }, /0x40000000, 0x200000, 0x1000/],
    ];
    for (const [machine, expected] of cases) {
      assert.match(stage2Problems(machine).join('\n'), expected);
    }
    const run = [{ do: 'map', ipa: '0x10000000000', pa: '0x0' }];
    assert.match(
      stage2Problems({ kernel: '6.12' }, run)[0]!,
      /^\/run\/0\/ipa: beyond 0x10000000000/,
    );
    const annotate = [{ do: 'annotate', ipa: '0x0' }];
    assert.match(stage2Problems({ kernel: '6.12' }, annotate)[0]!, /came with v7\.1/);
  });
});
