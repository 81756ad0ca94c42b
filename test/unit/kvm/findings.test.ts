import assert from 'node:assert/strict';
import { decodeEntry } from '../../../src-core/kvm/decode';
import type { DecodeRequest } from '../../../src-core/kvm/decode-request';

function findings(request: DecodeRequest) {
  const entry = decodeEntry(request);
  assert.ok('findings' in entry, 'problem' in entry ? entry.problem : '');
  return entry.findings;
}

function finding(request: DecodeRequest, code: string) {
  const found = findings(request).find((one) => one.code === code);
  assert.ok(
    found,
    `${code} among ${findings(request)
      .map((one) => one.code)
      .join(', ')}`,
  );
  return found;
}

const intel = { vendor: 'intel', maxPhysBits: 46 } as const;

describe('findings', () => {
  it('nothing to say about an ordinary leaf', () => {
    const request = { value: 0x600000067890b77n, format: 'ept', level: 1, kernel: '6.1' } as const;
    assert.deepEqual(findings({ ...request, cpu: intel }), []);
  });

  it('reserved address bits: which, what the CPU does, what KVM prints', () => {
    const value = 0x0603_c000_6789_0b77n;
    const found = finding(
      { value, format: 'ept', level: 1, kernel: '6.1', cpu: intel },
      'reserved-bits',
    );
    assert.deepEqual(found.bits, [49, 48, 47, 46]);
    assert.match(found.message, /^bits 49:46 set, but this CPU has 46 physical-address bits/);
    assert.match(found.message, /EPT misconfiguration/);
    assert.match(found.message, /reserved bits set on MMU-present spte, addr 0x%llx, hierarchy:/);
  });

  it('a large page that is not aligned', () => {
    const value = 0x600000067801bf7n;
    const found = finding(
      { value, format: 'ept', level: 2, kernel: '6.1', cpu: intel },
      'misaligned-leaf',
    );
    assert.deepEqual(found.bits, [12]);
  });

  it('illegal and merely unusual combinations of rights', () => {
    const base = { format: 'ept', level: 1, kernel: '6.1', cpu: intel } as const;
    assert.equal(
      finding({ ...base, value: 0x60000006789bb7fn }, 'bad-memory-type-xwr').severity,
      'error',
    );
    assert.equal(
      finding({ ...base, value: 0x200000005151974n }, 'bad-memory-type-xwr').severity,
      'warning',
    );
  });

  it('broken invariants in KVM’s own words, only where KVM checks them', () => {
    const base = { value: 0x4000000379c7b77n, format: 'ept', level: 1, cpu: intel } as const;
    const code = 'invariant-mmu-writable-not-host-writable';
    const found = finding({ ...base, kernel: '6.1' }, code);
    assert.match(found.message, /“kvm: MMU-writable SPTE is not Host-writable: 4000000379c7b77”/);
    assert.deepEqual(findings({ ...base, kernel: '5.15' }), []);
  });

  it('used by the CPU, not by KVM', () => {
    const base = { format: 'ept', level: 1, kernel: '6.1', cpu: intel } as const;
    assert.deepEqual(finding({ ...base, value: 7n }, 'hardware-present-but-not-kvm').bits, [11]);
    finding(
      { value: 0x7f21027n, format: 'shadow64', level: 4, kernel: '6.1', cpu: intel },
      'special-root',
    );
  });

  it('L1TF: an MMIO entry without its guard', () => {
    const cpu = { ...intel, l1tfBug: true, cacheBits: 46 };
    const base = { format: 'ept', level: 1, cpu } as const;
    finding({ ...base, kernel: '4.14', value: 0x40000000fee00806n }, 'l1tf-exposure');
    assert.deepEqual(findings({ ...base, kernel: '6.1', value: 0x3e00fee00096n }), []);
  });

  it('L1TF: the guard is recognised where nobody stated it', () => {
    const request = { format: 'ept', level: 1, kernel: '6.1', value: 0xf80cbc00116n } as const;
    const found = finding(request, 'l1tf-assumed');
    assert.deepEqual(found.bits, [43, 42, 41, 40, 39]);
    const entry = decodeEntry(request);
    assert.ok('facts' in entry);
    assert.deepEqual(entry.facts['mmio'], {
      gfn: 0xcbc00n,
      gpa: 0xcbc00000n,
      generation: 0x22n,
      access: 0,
    });
  });

  it('the generation that old kernels store wrongly', () => {
    const request = {
      value: 0x300000fee00006n,
      format: 'ept',
      level: 1,
      kernel: '5.8',
      cpu: intel,
    } as const;
    assert.match(finding(request, 'mmio-generation-flaw').message, /34c0f6f2695a/);
  });

  it('a kernel that matters and is not known is said first', () => {
    const [first] = findings({ value: 0x12345d75n, format: 'ept', level: 1 });
    assert.notEqual(first?.code, 'kernel-unknown', 'all fitting kernels read it alike');
    const mmio = findings({ value: 0x20_0000_fee0_0006n, format: 'ept', level: 1 });
    assert.equal(mmio[0]?.code, 'kernel-unknown');
  });

  it('requests that make no sense get a sentence', () => {
    const problem = (request: DecodeRequest) => {
      const entry = decodeEntry(request);
      return 'problem' in entry ? entry.problem : '';
    };
    assert.match(problem({ value: 1n, format: 'pae', level: 4 }), /its levels are 1, 2, 3/);
    assert.match(problem({ value: 1n << 64n, format: 'ept', level: 1 }), /does not fit/);
    assert.match(problem({ value: -1n, format: 'ept', level: 1 }), /does not fit/);
    assert.match(problem({ value: 1n << 32n, format: 'guest32', level: 1 }), /32 bits/);
    assert.match(
      problem({ value: 1n, format: 'ept', level: 1, kernel: 'mine' }),
      /no kernel version/,
    );
    assert.match(problem({ value: 1n, format: 'ept', level: 1, layout: 'v9' }), /known are v4.4,/);
  });
});
