import assert from 'node:assert/strict';
import fc from 'fast-check';
import { badMemoryTypeXwr } from '../../../src-core/paging/ept-malformed';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import type { HardwareFormatName, HardwareKind, LevelRule } from '../../../src-core/paging/format';
import { entryPermissions, hardwareKind, ruleOfLevel } from '../../../src-core/paging/level-rule';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { bitMask, formatWord, highHalf, joinHalves, lowHalf } from '../../../src-core/word';

function ruleAt(name: HardwareFormatName, level: number, cpu: CpuConfig): LevelRule {
  const format = hardwareFormat(name);
  const levels = Math.max(level, format.levelCounts[0]!);
  return ruleOfLevel(format.compile({ levels, cpu }), level)!;
}

function kind(name: HardwareFormatName, level: number, value: bigint, cpu: CpuConfig = {}) {
  return hardwareKind(ruleAt(name, level, cpu), lowHalf(value), highHalf(value));
}

/** Reserved bits by level and kind, as the tables of the facts (section 13) have them for 46 address bits. */
const wide: CpuConfig = { maxPhysBits: 46 };
const high = bitMask(51, 46);
const reserved: readonly [HardwareFormatName, number, 'table' | 'leaf', bigint][] = [
  ['ept', 5, 'table', high | bitMask(7, 3)],
  ['ept', 4, 'table', high | bitMask(7, 3)],
  ['ept', 3, 'table', high | bitMask(6, 3)],
  ['ept', 3, 'leaf', high | bitMask(29, 12)],
  ['ept', 2, 'table', high | bitMask(6, 3)],
  ['ept', 2, 'leaf', high | bitMask(20, 12)],
  ['ept', 1, 'leaf', high],
  ['npt', 4, 'table', high | 0x180n],
  ['npt', 3, 'table', high],
  ['npt', 3, 'leaf', high | bitMask(29, 13)],
  ['npt', 2, 'leaf', high | bitMask(20, 13)],
  ['npt', 1, 'leaf', high],
  ['x86-64', 5, 'table', high | 0x80n],
  ['x86-64', 4, 'table', high | 0x80n],
  ['x86-64', 3, 'leaf', high | bitMask(29, 13)],
  ['pae', 3, 'table', bitMask(63, 46) | bitMask(8, 5) | bitMask(2, 1)],
  ['pae', 2, 'table', bitMask(62, 46)],
  ['pae', 2, 'leaf', bitMask(62, 46) | bitMask(20, 13)],
  ['pae', 1, 'leaf', bitMask(62, 46)],
  ['x86-32', 2, 'leaf', bitMask(21, 17)],
  ['x86-32', 2, 'table', 0n],
  ['x86-32', 1, 'leaf', 0n],
];

describe('x86 hardware formats', () => {
  for (const [name, level, shape, mask] of reserved) {
    it(`${name}, level ${level}, ${shape}: reserved bits`, () => {
      const rule = ruleAt(name, level, wide);
      const ours =
        shape === 'leaf'
          ? joinHalves(rule.leafReservedLo, rule.leafReservedHi)
          : joinHalves(rule.tableReservedLo, rule.tableReservedHi);
      assert.equal(formatWord(ours), formatWord(mask));
    });
  }

  it('EPT: the illegal combinations of memory type and rights are the kernel’s two maps', () => {
    assert.equal(formatWord(badMemoryTypeXwr(false)), '0xff545454ffff5454');
    assert.equal(formatWord(badMemoryTypeXwr(true)), '0xff444444ffff4444');
  });

  it('tells none, table, leaf and malformed', () => {
    const cases: [HardwareFormatName, number, bigint, CpuConfig, HardwareKind][] = [
      ['ept', 1, 0n, {}, 'none'],
      ['ept', 1, 0xfec00006n, {}, 'malformed'],
      ['ept', 4, 0x7abb7007n, {}, 'table'],
      ['ept', 2, 0x400000b7n, {}, 'leaf'],
      ['ept', 2, 0x400010b7n, {}, 'malformed'],
      ['ept', 1, 0x1234n, { execOnly: true }, 'leaf'],
      ['ept', 1, 0x1234n, { execOnly: false }, 'malformed'],
      ['ept', 1, 0x1430n, {}, 'none'],
      ['ept', 1, 0x1430n, { mbec: true }, 'leaf'],
      ['ept', 1, 0x1430n, { mbec: true, execOnly: false }, 'malformed'],
      ['ept', 3, 0x40000bf7n, { hugeLevel: 2 }, 'malformed'],
      ['npt', 2, 0x1402010e7n, {}, 'leaf'],
      ['npt', 3, 0x400000e7n, { gbPages: false }, 'malformed'],
      ['npt', 4, 0x66127n, {}, 'malformed'],
      ['x86-64', 4, 0x66127n, { vendor: 'intel' }, 'table'],
      ['x86-64', 1, 0x8000000012345067n, {}, 'leaf'],
      ['x86-64', 1, 0x8000000012345067n, { nx: false }, 'malformed'],
      ['pae', 3, 0x1c45001n, {}, 'table'],
      ['pae', 3, 0x1c45063n, {}, 'malformed'],
      ['x86-32', 2, 0x1c040e3n, { pse36: true }, 'leaf'],
      ['x86-32', 2, 0x1c040e3n, { pse36: false }, 'malformed'],
      ['x86-32', 2, 0x1c040e3n, { pse: false }, 'table'],
    ];
    for (const [name, level, value, cpu, expected] of cases) {
      assert.equal(
        kind(name, level, value, cpu),
        expected,
        `${name} ${level} ${formatWord(value)}`,
      );
    }
  });

  it('AMD memory encryption: the C-bit is neither address nor reserved, the bits it took are', () => {
    const cpu: CpuConfig = { vendor: 'amd', maxPhysBits: 48, kernelPhysBits: 43, smeCBit: 47 };
    const rule = ruleAt('npt', 1, cpu);
    assert.equal(
      formatWord(joinHalves(rule.leafReservedLo, rule.leafReservedHi)),
      formatWord(bitMask(51, 43) & ~(1n << 47n)),
    );
    assert.equal(
      formatWord(joinHalves(rule.leafAddressLo, rule.leafAddressHi)),
      formatWord(bitMask(51, 12) & ~(1n << 47n)),
    );
  });

  it('PSE-36: bits 16:13 are address bits 35:32', () => {
    const address = ruleAt('x86-32', 2, { pse36: true }).scattered!;
    assert.equal(address(0x1c040e3, 0, true), 0x2_01c0_0000);
    assert.equal(address(0xdab067, 0, false), 0xda_b000);
  });

  it('rights: a directory pointer takes none away, NX and a clear W do', () => {
    const rights = (name: HardwareFormatName, level: number, value: bigint, cpu: CpuConfig = {}) =>
      entryPermissions(
        hardwareFormat(name),
        ruleAt(name, level, cpu),
        lowHalf(value),
        highHalf(value),
        cpu,
      );
    const all = { read: true, write: true, execute: true, user: true };
    assert.deepEqual(rights('pae', 3, 0x1c45001n), all);
    assert.deepEqual(rights('x86-64', 1, 0x8000000012345065n), {
      ...all,
      write: false,
      execute: false,
    });
    assert.deepEqual(rights('ept', 1, 0x12345075n), {
      read: true,
      write: false,
      execute: true,
      user: null,
    });
    assert.deepEqual(rights('ept', 1, 0x12345473n, { mbec: true }), {
      read: true,
      write: true,
      execute: false,
      user: null,
      userExecute: true,
    });
  });

  it('every format’s fields cover its entry once, whatever the CPU', () => {
    const names: HardwareFormatName[] = ['x86-64', 'ept', 'npt', 'pae', 'x86-32'];
    const kinds: HardwareKind[] = ['none', 'table', 'leaf', 'malformed'];
    const anyCpu = fc.record({
      maxPhysBits: fc.integer({ min: 0, max: 64 }),
      smeCBit: fc.option(fc.integer({ min: 0, max: 63 }), { nil: 47 }),
      nx: fc.boolean(),
      mbec: fc.boolean(),
      pse36: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom(...kinds),
        anyCpu,
        (name, shape, cpu) => {
          const format = hardwareFormat(name);
          for (let level = 1; level <= format.levelCounts.at(-1)!; level++) {
            let next = format.entryBytes * 8 - 1;
            for (const field of format.fields(shape, level, cpu)) {
              assert.equal(field.high, next, `${name} ${shape} ${level} ${field.name}`);
              assert.notEqual(field.source, '', field.name);
              next = field.low - 1;
            }
            assert.equal(next, -1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
