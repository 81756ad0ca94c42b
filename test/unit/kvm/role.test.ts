import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DecodedWord } from '../../../src-core/paging/decoded-word';
import { decodeRole, encodeRole, findRoleLayout, roleFields } from '../../../src-core/kvm/role';
import { childRole } from '../../../src-core/kvm/role-child';
import type { RoleLayout } from '../../../src-core/kvm/role-layouts';
import { roleLayouts } from '../../../src-core/kvm/role-layouts';
import {
  quadrantOfAddress,
  quadrantOfIndex,
  shadowIndices,
} from '../../../src-core/kvm/role-quadrant';
import { goldenChildRoles, goldenRoles } from '../../golden/role';

function layoutOf(kernel: string): RoleLayout {
  const layout = findRoleLayout(kernel);
  assert.ok(!('problem' in layout));
  return layout;
}

function decoded(word: bigint, kernel?: string): DecodedWord {
  const answer = decodeRole(word, kernel);
  assert.ok(!('problem' in answer));
  return answer;
}

describe('role words computed by the kernels', () => {
  for (const { name, read } of goldenRoles) {
    it(name, () => {
      const file = read();
      const layout = layoutOf(file.version);
      assert.deepEqual(
        Object.fromEntries(
          layout.fields.map((field) => [field.name, { low_bit: field.low, width: field.width }]),
        ),
        file.bits,
      );
      for (const { word, fields } of file.vectors) {
        assert.deepEqual(decoded(BigInt(word), file.version).facts, fields, word);
        const named = layout.fields.reduce(
          (mask, { low, width }) => mask | (((1n << BigInt(width)) - 1n) << BigInt(low)),
          0n,
        );
        assert.equal(encodeRole(fields, layout), BigInt(word) & named, word);
      }
    });
  }

  for (const { name, read } of goldenChildRoles) {
    it(`${name}: child roles`, () => {
      const file = read();
      const layout = layoutOf(file.version);
      for (const row of file.vectors) {
        const child = childRole(BigInt(row.parent_role), row.index, row.direct, row.access, layout);
        assert.ok(!('problem' in child));
        assert.equal(child.word, BigInt(row.child_role), row.parent_role);
        assert.equal(child.quadrant, row.child_quadrant, row.parent_role);
        assert.equal(child.warnings.length, row.kernel_warns, row.parent_role);
        assert.equal(quadrantOfIndex(row.index), row.expression_before);
        assert.equal(quadrantOfIndex(row.index), row.expression_after);
      }
    });
    it(`${name}: quadrants from addresses`, () => {
      for (const row of read().legacy_vectors) {
        const quadrant = quadrantOfAddress(BigInt(row.guest_address), row.level);
        assert.equal(quadrant, row.quadrant, row.guest_address);
      }
    });
  }
});

describe('role words', () => {
  // Facts, section 17.2: worked words.
  const worked: readonly [string, string, string][] = [
    ['0x3784', '6.1', 'l4 8-byte q0 direct wux nxe ad'],
    ['0x3781', '7.1', 'l1 8-byte q0 direct wux nxe ad'],
    ['0x13784', '6.1', 'l4 8-byte q0 direct wux nxe !ad'],
    ['0x3794', '5.10', 'l4 8-byte q0 direct wux nxe ad'],
    ['0x6f84', '7.2', 'l4 8-byte q0 direct rwux nxe ad'],
    ['0x3731', '6.1', 'l1 4-byte q1 wux nxe ad'],
    ['0x3794', '4.19', 'l4 pae q0 direct wux nxe ad'],
    ['0x3791', '4.4', '1 pae q0 direct wux nxe'],
  ];
  for (const [word, kernel, printed] of worked) {
    it(`${word} on ${kernel} prints as '${printed}'`, () => {
      const answer = decoded(BigInt(word), kernel);
      assert.equal(answer.summary, `${word}: ${printed}`);
      assert.deepEqual(answer.findings, []);
    });
  }

  it('spells out address space, mirror and SMEP', () => {
    assert.equal(decoded(0x1003784n, '6.1').facts['smm'], 1);
    assert.equal(decoded(0x83784n, '6.14').facts['is_mirror'], 1);
    assert.equal(decoded(0x106f84n, '7.2').facts['cr4_smep'], 1);
    assert.equal(decoded(0x106f84n, '7.2').facts['access'], 15);
  });

  it('turns bit 4 round at 5.17', () => {
    const meaning = (kernel: string): string | undefined =>
      decoded(0x3794n, kernel).fields.find((field) => field.low === 4)?.meaning;
    assert.equal(meaning('5.16'), 'guest entries have 8 bytes');
    assert.equal(meaning('5.17-rc1'), 'guest entries have 4 bytes');
  });

  it('says that a layout was assumed, and which names are wrong', () => {
    assert.match(decoded(0x3784n).summary, /layout v6\.14 assumed/);
    assert.match((decodeRole(1n, 'nonsense') as { problem: string }).problem, /kernel version/);
    const layout = layoutOf('6.1');
    assert.match((encodeRole({ nxe: 1 }, layout) as { problem: string }).problem, /no role field/);
    assert.match((encodeRole({ level: 16 }, layout) as { problem: string }).problem, /4 bits/);
    assert.ok('problem' in childRole(0x3781n, 0, true, 7, layout));
  });

  it('finds what KVM would warn about', () => {
    const codes = (word: bigint, kernel: string): string[] =>
      decoded(word, kernel).findings.map((finding) => finding.code);
    assert.deepEqual(codes(0x37a1n, '6.1'), ['role-quadrant']);
    assert.deepEqual(codes(0x378fn, '6.1'), ['role-level']);
    assert.deepEqual(codes(0x83784n, '6.1'), ['role-undefined-bits']);
  });

  it('reads the extended role above a kvm_cpu_role', () => {
    const answer = decoded(0x81_0000_3784n, '7.1');
    assert.equal(answer.title, 'kvm_cpu_role');
    assert.equal(answer.facts['ext_valid'], 1);
    assert.equal(answer.facts['ext_efer_lma'], 1);
    assert.equal(answer.facts['ext_execonly'], 0);
  });

  // Facts, section 17.3: guest addresses of a 32-bit guest and their places in shadow tables.
  const places: readonly [bigint, number[]][] = [
    [0x0000_0000n, [0, 0, 0, 0, 0, 0]],
    [0x0020_0000n, [0, 0, 1, 1, 0, 512]],
    [0x003f_f000n, [0, 0, 1, 1, 511, 1023]],
    [0x0040_0000n, [1, 0, 2, 0, 0, 0]],
    [0xbfe0_1000n, [767, 2, 511, 1, 1, 513]],
    [0xc000_0000n, [768, 3, 0, 0, 0, 0]],
    [0xffff_ffffn, [1023, 3, 511, 1, 511, 1023]],
  ];
  it('cuts guest addresses into quadrants and shadow indices', () => {
    for (const [address, expected] of places) {
      const at = shadowIndices(address);
      assert.deepEqual(
        [
          at.guestDirectory,
          at.level2Quadrant,
          at.level2Index,
          at.level1Quadrant,
          at.level1Index,
          at.guestTable,
        ],
        expected,
      );
    }
  });

  it('every word in every layout: all bits once, and the fields lead back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
        fc.constantFrom(...roleLayouts),
        (word, layout) => {
          const answer = decoded(word, layout.name);
          let next = word >> 32n === 0n ? 31 : 63;
          let joined = 0n;
          for (const field of answer.fields) {
            assert.equal(field.high, next);
            joined |= field.value << BigInt(field.low);
            next = field.low - 1;
          }
          assert.equal(next, -1);
          assert.equal(joined, word);
          const fields = roleFields(word, layout);
          const back = encodeRole(fields, layout);
          assert.ok(typeof back === 'bigint');
          assert.deepEqual(roleFields(back, layout), fields);
        },
      ),
    );
  });
});
