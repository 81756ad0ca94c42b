import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressDescriptorBits,
  outputAddress,
  outputLayout,
} from '../../../src-core/paging/arm64-address';
import { descriptorType } from '../../../src-core/paging/arm64-fields';
import { granules, levelShift } from '../../../src-core/paging/arm64-granule';
import { arm64Shape } from '../../../src-core/paging/arm64-shape';
import { arm64Stage1 } from '../../../src-core/paging/arm64-stage1';
import { arm64Stage2 } from '../../../src-core/paging/arm64-stage2';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import type { HardwareKind, TableShape } from '../../../src-core/paging/format';
import { hardwareKind } from '../../../src-core/paging/level-rule';
import { bitMask, highHalf, lowHalf } from '../../../src-core/word';

const anyWord = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const anyCpu: fc.Arbitrary<CpuConfig> = fc.record({
  granule: fc.constantFrom('4K' as const, '16K' as const, '64K' as const),
  paBits: fc.constantFrom(32, 40, 44, 48, 52),
  lpa2: fc.boolean(),
});
const formats = [arm64Stage1, arm64Stage2];

function shapeOf(
  format: 'arm64-stage1' | 'arm64-stage2',
  cpu: CpuConfig,
  bits?: number,
): TableShape {
  const shape = arm64Shape(format, cpu, bits);
  if ('problem' in shape) assert.fail(shape.problem);
  return shape;
}

/** Rights of a walk through these entries, root first, the leaf last. */
function rights(format: typeof arm64Stage1, entries: readonly bigint[], cpu: CpuConfig) {
  const compiled = format.compile({ levels: 4, cpu });
  let [andLo, andHi, orLo, orHi] = [-1, -1, 0, 0];
  entries.forEach((entry, index) => {
    const rule = compiled.rules[entries.length - 1 - index]!;
    const leaf = index === entries.length - 1;
    andLo &= lowHalf(entry) | ~(leaf ? rule.leafAndLo : rule.tableAndLo);
    andHi &= highHalf(entry) | ~(leaf ? rule.leafAndHi : rule.tableAndHi);
    orLo |= lowHalf(entry) & (leaf ? rule.leafOrLo : rule.tableOrLo);
    orHi |= highHalf(entry) & (leaf ? rule.leafOrHi : rule.tableOrHi);
  });
  return format.permissions(andLo, andHi, orLo, orHi, cpu);
}

describe('arm64 formats', () => {
  // facts/arm64-stage2.md sections 1 and 4.
  it('grows the root by concatenation at stage 2 only', () => {
    const s2 = arm64Stage2.compile(shapeOf('arm64-stage2', { granule: '4K' }));
    assert.deepEqual(
      s2.rules.map(({ shift, indexBits }) => [shift, indexBits]),
      [
        [12, 9],
        [21, 9],
        [30, 10],
      ],
    );
    assert.equal(s2.rootAlignment, 8192);
    const sixteen = arm64Stage2.compile(shapeOf('arm64-stage2', { granule: '16K' }, 40));
    assert.deepEqual([sixteen.rules.length, sixteen.rules.at(-1)!.indexBits], [2, 15]);
    const s1 = arm64Stage1.compile(shapeOf('arm64-stage1', { granule: '16K' }, 47));
    assert.deepEqual([s1.rules.length, s1.rules.at(-1)!.indexBits, s1.addressBits], [3, 11, 47]);
  });

  it('has the halves of stage 1 apart, and tags in the top byte', () => {
    const shape = shapeOf('arm64-stage1', { granule: '4K' }, 48);
    const asks = (more: Partial<TableShape>, address: bigint) =>
      arm64Stage1.compile({ ...shape, ...more }).translates!(lowHalf(address), highHalf(address));
    assert.equal(asks({}, 0xffff_8000_0000_0000n), true);
    assert.equal(asks({}, 0x0000_ffff_ffff_ffffn), true);
    assert.equal(asks({}, 0x0001_0000_0000_0000n), false);
    assert.equal(asks({ half: 'low' }, 0xffff_8000_0000_0000n), false);
    assert.equal(asks({ half: 'high' }, 0xffff_0000_0000_0000n), true);
    assert.equal(asks({ half: 'low' }, 0xb400_7fff_0000_0000n), false);
    assert.equal(asks({ half: 'low', ignoreTopByte: true }, 0xb400_7fff_0000_0000n), true);
  });

  // Arm ARM D8.4.1: APTable and the XNTable bits restrict all that is below.
  it('lets tables take rights away at stage 1, unless HPD is set', () => {
    const page = 0x0000_0000_4000_0f43n;
    const table = (bits: bigint) => [0x4000_1003n, 0x4000_2003n | bits, 0x4000_3003n, page];
    const all = { read: true, write: true, execute: false, user: true, userExecute: true };
    assert.deepEqual(rights(arm64Stage1, table(0n), {}), all);
    assert.deepEqual(rights(arm64Stage1, table(1n << 62n), {}), {
      ...all,
      write: false,
      execute: true,
    });
    assert.deepEqual(rights(arm64Stage1, table(1n << 61n), {}), {
      ...all,
      user: false,
      execute: true,
    });
    assert.deepEqual(rights(arm64Stage1, table(1n << 60n), {}), { ...all, userExecute: false });
    assert.deepEqual(rights(arm64Stage1, table(0xfn << 59n), { noTablePermissions: true }), all);
    assert.deepEqual(rights(arm64Stage2, table(0x1fn << 59n), {}).write, false);
  });

  it('tells what the hardware makes of an entry as its type says', () => {
    const kinds: Record<string, HardwareKind> = {
      invalid: 'none',
      table: 'table',
      block: 'leaf',
      page: 'leaf',
      reserved: 'malformed',
    };
    fc.assert(
      fc.property(anyWord, anyCpu, fc.integer({ min: 1, max: 5 }), (word, cpu, level) => {
        const granule = granules[cpu.granule!];
        if (level > granule.mostLevels) return;
        // Within the CPU's address width: what is beyond is malformed whatever the type.
        const value = word & ~(bitMask(49, 32) | bitMask(15, 8));
        for (const format of formats) {
          const { rules } = format.compile({ levels: granule.mostLevels, cpu });
          const rule = rules[level - 1]!;
          const kind = hardwareKind(rule, lowHalf(value), highHalf(value));
          assert.equal(kind, kinds[descriptorType(value, level, cpu)]);
        }
      }),
    );
  });

  it('reads addresses alike in halves and whole, and writes them back', () => {
    fc.assert(
      fc.property(anyWord, anyCpu, fc.integer({ min: 1, max: 4 }), (value, cpu, level) => {
        const granule = granules[cpu.granule!];
        if (level > granule.mostLevels) return;
        const layout = outputLayout(cpu);
        const { rules } = arm64Stage2.compile({ levels: granule.mostLevels, cpu });
        const rule = rules[level - 1]!;
        const [lo, hi] = [lowHalf(value), highHalf(value)];
        for (const leaf of [false, true]) {
          const low = leaf ? levelShift(granule, level) : granule.pageShift;
          const whole = outputAddress(layout, value, low);
          const [maskLo, maskHi] = leaf
            ? [rule.leafAddressLo, rule.leafAddressHi]
            : [rule.tableAddressLo, rule.tableAddressHi];
          const halves = rule.scattered
            ? rule.scattered(lo, hi, leaf)
            : (hi & maskHi) * 0x1_0000_0000 + ((lo & maskLo) >>> 0);
          assert.equal(BigInt(halves), whole);
          const back = addressDescriptorBits(layout, whole, low);
          assert.equal(outputAddress(layout, back, low), whole);
        }
      }),
    );
  });

  it('names every bit once for every kind, and compiles any shape', () => {
    fc.assert(
      fc.property(
        anyCpu,
        fc.integer({ min: -2, max: 9 }),
        fc.integer({ min: 0, max: 70 }),
        (cpu, levels, inputBits) => {
          for (const format of formats) {
            const { rules } = format.compile({ levels, inputBits, cpu });
            for (const { level } of rules) {
              for (const kind of ['none', 'table', 'leaf', 'malformed'] as const) {
                let next = 63;
                for (const { high, low } of format.fields(kind, level, cpu)) {
                  assert.equal(high, next);
                  next = low - 1;
                }
                assert.equal(next, -1);
              }
            }
          }
        },
      ),
    );
  });
});
