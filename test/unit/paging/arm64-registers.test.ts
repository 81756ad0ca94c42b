import assert from 'node:assert/strict';
import fc from 'fast-check';
import { composeVtcr } from '../../../src-core/paging/arm64-vtcr';
import { stage2Layout } from '../../../src-core/paging/arm64-stage2-layout';
import { stage1Half, stage1Walk } from '../../../src-core/paging/arm64-stage1-registers';
import { fixturePlace, jsonFiles, sharedPlace } from '../../golden/places';
import { readVtcr, stage2Walk } from '../../../src-core/paging/arm64-stage2-registers';

interface GoldenRow {
  readonly ipa_bits: number;
  readonly levels: number;
  readonly vtcr?: string;
  readonly vttbr_x?: number;
}

const golden = sharedPlace('golden', 'arm64-geometry') ?? fixturePlace('arm64', 'geometry');

describe('arm64 registers', () => {
  it('reads back every VTCR value of the golden files', () => {
    let seen = 0;
    for (const { name, read } of jsonFiles(golden)) {
      const { geometry, granule_kib } = read() as {
        geometry: GoldenRow[];
        granule_kib: number;
      };
      for (const { ipa_bits, levels, vtcr, vttbr_x } of geometry) {
        if (vtcr === undefined) continue;
        const shape = readVtcr(BigInt(vtcr));
        if ('problem' in shape) assert.fail(`${name} ${vtcr}: ${shape.problem}`);
        assert.deepEqual(
          [shape.inputBits, shape.levels, shape.cpu.granule],
          [ipa_bits, levels, `${granule_kib}K`],
        );
        if (vttbr_x !== undefined) assert.equal(shape.rootShift, vttbr_x);
        seen++;
      }
    }
    assert.ok(seen > 0);
  });

  // external/qemu-arm64: the registers of each image, and the shape QEMU says they make.
  it('cuts the roots of real register values', () => {
    const s2 = stage2Walk({ vttbr: 0x4100_0000n, vtcr: 0x8004_3558n, hcr: 0x8000_0001n });
    if ('problem' in s2) assert.fail(s2.problem);
    assert.equal(s2.root, 0x4100_0000n);
    assert.deepEqual([s2.shape.levels, s2.shape.inputBits], [3, 40]);
    assert.equal(s2.shape.cpu.fwb, false);
    const s1 = stage1Walk({
      ttbr: 0x4100_0000n,
      tcr: 0x2_8090_b511n,
      mair: 0xff44_0400_ff44_0c04n,
    });
    if ('problem' in s1) assert.fail(s1.problem);
    assert.deepEqual(
      [s1.shape.levels, s1.shape.inputBits, s1.shape.cpu.granule, s1.shape.cpu.paBits],
      [3, 47, '16K', 40],
    );
  });

  // Arm ARM TTBR0_EL1, VTTBR_EL2: with 52-bit output bits 5:2 are bits 51:48 of the root.
  it('takes bits 51:48 of a root from bits 5:2', () => {
    const layout = stage2Layout({ granule: '64K', ipaBits: 48 });
    if ('problem' in layout) assert.fail(layout.problem);
    const vtcr = composeVtcr(layout, { paRange: 6 });
    const walk = stage2Walk({ vtcr, vttbr: 0x1_0000_4141_0014n });
    if ('problem' in walk) assert.fail(walk.problem);
    assert.equal(walk.root, 0x5_0000_4141_0000n);
    const narrow = stage2Walk({ vtcr: composeVtcr(layout, { paRange: 5 }), vttbr: 0x4141_0014n });
    if ('problem' in narrow) assert.fail(narrow.problem);
    assert.equal(narrow.root, 0x4141_0000n);
    assert.deepEqual(
      narrow.findings.map(({ code }) => code),
      ['root-misaligned'],
    );
  });

  it('says why a pair of T0SZ and SL0 makes no walk', () => {
    // 4K, level 1 (SL0 = 1) serves 31 to 43 bits, not 48.
    const answer = stage2Walk({ vttbr: 0n, vtcr: 0x8000_3550n });
    assert.match(
      (answer as { problem: string }).problem,
      /48 IPA bits.*31 to 43.*Translation fault/,
    );
    assert.match(
      (stage1Walk({ ttbr: 0n, tcr: 0n }) as { problem: string }).problem,
      /T0SZ asks for 64/,
    );
    assert.match((stage1Walk({ ttbr: 0n, tcr: 0x80n }) as { problem: string }).problem, /EPD0/);
  });

  it('tells the half of an address by bit 55', () => {
    assert.equal(stage1Half(0xffff_8000_0000_0000n), 'high');
    assert.equal(stage1Half(0xb400_7fff_0000_0000n), 'low');
  });

  it('never throws on any register values', () => {
    const word = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
    fc.assert(
      fc.property(word, word, fc.constantFrom('low' as const, 'high' as const), (a, b, half) => {
        stage2Walk({ vttbr: a, vtcr: b });
        stage1Walk({ ttbr: a, tcr: b, half });
        stage1Walk({ ttbr: a, tcr: b, regime: 'el2-nvhe' });
      }),
      { numRuns: 2000 },
    );
  });
});
