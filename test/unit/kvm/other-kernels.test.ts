import assert from 'node:assert/strict';
import { otherKernels } from '../../../src-core/kvm/decode';
import type { DecodeRequest } from '../../../src-core/kvm/decode-request';
import { layoutNames } from '../../../src-core/kvm/layouts';

function readings(request: DecodeRequest) {
  const across = otherKernels(request);
  assert.ok(!('problem' in across));
  return across;
}

describe('the same value on other kernels', () => {
  it('an EPT leaf of 6.1: what it says, and where it says something else', () => {
    const across = readings({
      value: 0x600000067890b77n,
      format: 'ept',
      level: 1,
      kernel: '6.1',
    });
    const own = across.find(({ layouts }) => layouts.includes('v5.19-v6.9'))!;
    assert.equal(own.span, 'v5.13 – v7.1');
    assert.deepEqual(own.differences, []);
    assert.equal(
      own.summary,
      'leaf 4 KiB rwx, frame 0x67890, host-writable, MMU-writable, accessed, dirty',
    );
    assert.ok(
      own.commits.includes('KVM: x86/mmu: Use a dedicated bit to track shadow/MMU-present SPTEs'),
    );
    const before = across.find(({ layouts }) => layouts.includes('v5.12'))!;
    assert.deepEqual(before.differences, [{ fact: 'host_writable', here: true, there: false }]);
  });

  it('an MMIO entry of 5.10: every era of merged kernels stands in one reading', () => {
    const across = readings({ value: 0x700000fee00006n, format: 'ept', level: 1, kernel: '5.10' });
    const merged = layoutNames.filter((name) => name !== 'rfc-2019');
    assert.deepEqual(
      across.flatMap(({ layouts }) => layouts),
      merged,
    );
    const at = (name: string) => across.find(({ layouts }) => layouts.includes(name))!.summary;
    assert.equal(at('v5.10-v5.11'), 'mmio, GFN 0xfee00, generation 0x200, access 0');
    assert.equal(at('v5.6-v5.9'), 'mmio, GFN 0xfee00, generation 0x1, access 0');
    assert.equal(at('v5.13-v5.18'), 'mmio, GFN 0xfee00, generation 0x700, access 0');
    assert.match(at('v4.4'), /^not-present/);
  });

  it('formats that no kernel changes have none', () => {
    assert.deepEqual(readings({ value: 0x67n, format: 'guest64', level: 1 }), []);
  });
});
