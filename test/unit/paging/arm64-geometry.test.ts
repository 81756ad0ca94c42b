import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { kvmEntryToPhysical, kvmPhysicalToEntry } from '../../../src-core/paging/arm64-address';
import { stage2Geometry } from '../../../src-core/paging/arm64-geometry';
import {
  stage2Layout,
  type GeometryForm,
  type GeometryRequest,
} from '../../../src-core/paging/arm64-stage2-layout';
import { granules, type GranuleName } from '../../../src-core/paging/arm64-granule';
import { legalStartLevels } from '../../../src-core/paging/arm64-start-levels';
import {
  stage2AddrEnd,
  stage2Indices,
  stage2RangeAddrEnd,
} from '../../../src-core/paging/arm64-table-indices';
import { formatWord } from '../../../src-core/word';
import { fixturePlace, jsonFiles, sharedPlace } from '../../golden/places';

const golden = sharedPlace('golden', 'arm64-geometry') ?? fixturePlace('arm64', 'geometry');
const facts = sharedPlace('facts', 'arm64-geometry.json');

/** As the command line writes it: words as hexadecimal strings. */
function asJson(value: unknown): unknown {
  const words = (_: string, item: unknown) => (typeof item === 'bigint' ? formatWord(item) : item);
  return JSON.parse(JSON.stringify(value, words));
}

function geometry(request: GeometryRequest): Record<string, unknown> {
  return asJson(stage2Geometry(request)) as Record<string, unknown>;
}

function layoutOf(request: GeometryRequest) {
  const layout = stage2Layout(request);
  assert.ok(!('problem' in layout));
  return layout;
}

function pick(from: Record<string, unknown>, like: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]]));
}

/** Versions of the golden files and the form each stands for. */
const forms: Record<string, GeometryForm> = {
  seed: 'seed',
  'v5.4': 'v4.20',
  'v6.1': 'current',
  'v7.1-rc3': 'current',
};

interface GoldenFile {
  version: string;
  granule_kib: number;
  lpa2: boolean;
  geometry: { ipa_bits: number }[];
  addresses: { ipa_bits: number; address: string; indices: number[] }[];
  levels?: object[];
  pte_to_phys?: [string, string][];
  phys_to_pte?: [string, string][];
}

describe('arm64 stage-2 geometry', () => {
  for (const { name, read } of jsonFiles(golden)) {
    const file = read() as GoldenFile;
    const granule = `${file.granule_kib}K` as GranuleName;
    const form = forms[file.version]!;
    const request = (ipaBits: number): GeometryRequest => ({
      granule,
      ipaBits,
      form,
      lpa2: file.lpa2,
    });

    it(`golden ${name}: ${file.geometry.length} sizes, ${file.addresses.length} addresses`, () => {
      for (const row of file.geometry) {
        assert.deepEqual(pick(geometry(request(row.ipa_bits)), row), row);
      }
      for (const { ipa_bits, address, indices } of file.addresses) {
        assert.deepEqual(stage2Indices(layoutOf(request(ipa_bits)), BigInt(address)), indices);
      }
    });

    if (file.levels && file.pte_to_phys && file.phys_to_pte) {
      const { levels, pte_to_phys, phys_to_pte } = file;
      it(`golden ${name}: blocks, ${pte_to_phys.length + phys_to_pte.length} addresses of entries`, () => {
        assert.deepEqual(geometry(request(40))['block_levels'], levels);
        for (const [entry, physical] of pte_to_phys) {
          const found = kvmEntryToPhysical(granules[granule], file.lpa2, BigInt(entry));
          assert.equal(formatWord(found), physical, entry);
        }
        for (const [physical, entry] of phys_to_pte) {
          const found = kvmPhysicalToEntry(granules[granule], file.lpa2, BigInt(physical));
          assert.equal(formatWord(found), entry, physical);
        }
      });
    }
  }

  if (facts !== undefined) {
    const { rows, legal_start_levels } = JSON.parse(readFileSync(facts, 'utf8')) as {
      rows: {
        granule: GranuleName;
        ipa_shift: number;
        page_shift: number;
        t0sz: number;
        differs: string[];
        seed: object;
        v4_20: object;
        current: object;
      }[];
      legal_start_levels: { granule: GranuleName; start_level: number }[];
    };

    it(`facts/arm64-geometry.json: ${rows.length} rows in three forms`, () => {
      for (const row of rows) {
        const ask = (form: GeometryForm) =>
          geometry({ granule: row.granule, ipaBits: row.ipa_shift, form });
        const seed = ask('seed');
        const { page_shift, t0sz, differs } = row;
        assert.deepEqual(pick(seed, { page_shift, t0sz, differs }), { page_shift, t0sz, differs });
        assert.deepEqual(pick(seed, row.seed), row.seed);
        assert.deepEqual(pick(ask('v4.20'), row.v4_20), row.v4_20);
        assert.deepEqual(pick(ask('current'), row.current), row.current);
      }
    });

    it(`facts/arm64-geometry.json: ${legal_start_levels.length} legal start levels`, () => {
      const ours = Object.values(granules)
        .flatMap(legalStartLevels)
        .map((row) => ({
          granule: row.granule,
          start_level: row.startLevel,
          ipa_min: row.ipaMin,
          ipa_max: row.ipaMax,
          pamax_min: row.paMaxMin,
          sl2: row.sl2,
          sl0: row.sl0,
          needs: row.needs,
        }));
      const key = (row: { granule: string; start_level: number }) =>
        row.granule + String(row.start_level);
      assert.deepEqual(
        new Map(ours.map((row) => [key(row), row])),
        new Map(legal_start_levels.map((row) => [key(row), row])),
      );
    });
  }

  // Series v3 patch 09/20 as the review mail quotes it, worked in facts/arm64-stage2.md section 2.
  it('4K and 40 bits as posted: two tables of 1024 entries at level 1', () => {
    const found = geometry({ granule: '4K', ipaBits: 40, form: 'seed' });
    assert.equal(found['levels'], 3);
    assert.equal(found['pgd_entries'], 1024);
    assert.equal(found['pgd_bytes'], 8192);
    assert.equal(found['mmu_cache_min_pages'], 2);
    assert.deepEqual(
      stage2Indices(layoutOf({ granule: '4K', ipaBits: 40, form: 'seed' }), 0x80_8020_3000n),
      [514, 1, 3],
    );
  });

  it('VTCR of 4K, 40-bit IPA and 44-bit PA: 0x802c3558; of geometry alone: 0x80003558', () => {
    assert.equal(geometry({ granule: '4K', ipaBits: 40 })['vtcr_base'], '0x80003558');
    const from44 = geometry({ granule: '4K', ipaBits: 40 })['vtcr_example'] as string;
    // The example takes the smallest PS that holds the IPA (40 bits, encoding 2): 4 in its place is 44.
    assert.equal(formatWord((BigInt(from44) & ~0x70000n) | 0x40000n), '0x802c3558');
  });

  it('addr_end stops at the boundary of the level, or at the end', () => {
    const layout = layoutOf({ granule: '4K', ipaBits: 40, form: 'seed' });
    assert.equal(stage2AddrEnd(layout, 1, 0x3fe0_0000n, 0x4040_0000n), 0x4000_0000n);
    assert.equal(stage2AddrEnd(layout, 1, 0x4000_0000n, 0x4040_0000n), 0x4040_0000n);
    assert.equal(stage2AddrEnd(layout, 2, 0x3ff0_0000n, 0x4040_0000n), 0x4000_0000n);
    assert.equal(stage2AddrEnd(layout, 0, 0x3fe0_0000n, 0x4040_0000n), 0x4040_0000n);
    assert.equal(stage2AddrEnd(layout, 1, 0xffff_ffff_ffff_0000n, 0n), 0n);
    assert.equal(stage2RangeAddrEnd(layout, 0x3fe0_0000n, 0x4040_0000n), 0x4000_0000n);
  });

  it('says what is wrong with a size KVM does not take', () => {
    for (const ipaBits of [0, 31, 53, 40.5, Number.NaN]) {
      assert.match(
        (stage2Geometry({ granule: '4K', ipaBits }) as { problem: string }).problem,
        /32 to 52/,
      );
    }
  });
});
