import assert from 'node:assert/strict';
import { fingerprintEntry, fingerprintEras } from '../../../src-core/kvm/era-fingerprint';
import { eras } from '../../../src-core/kvm/layouts';
import type { KvmFormatName } from '../../../src-core/kvm/spte-masks';

const frame = 0x12_3400_0000n;

/** Entries of typical guests by span of eras: section 6 of the facts, everything but the address. */
const fingerprints: readonly [
  format: KvmFormatName,
  level: number,
  bits: bigint,
  first: string,
  last: string,
][] = [
  ['ept', 1, 0xf77n, 'v4.4', 'v5.12'],
  ['ept', 2, 0xff3n, 'v4.4', 'v5.12'],
  ['ept', 3, 0x107n, 'v4.4', 'v5.12'],
  ['ept', 1, 0xd75n, 'v4.4', 'v5.12'],
  ['ept-noad', 1, 0x4000_0000_0000_0c77n, 'v4.11-v4.18', 'v5.1-v5.3'],
  ['ept-noad', 1, 0x4050_0000_0000_0c70n, 'v4.11-v4.18', 'v5.1-v5.3'],
  ['ept-noad', 1, 0x0010_0000_0000_0c77n, 'v5.4.0-v5.5.2', 'v5.12'],
  ['ept-noad', 1, 0x0150_0000_0000_0c70n, 'v5.4.0-v5.5.2', 'v5.12'],
  ['ept', 1, 0x0600_0000_0000_0b77n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept', 2, 0x0600_0000_0000_0bf3n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept', 3, 0x907n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept', 1, 0x975n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept-noad', 1, 0x0610_0000_0000_0877n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept-noad', 1, 0x0750_0000_0000_0870n, 'v5.13-v5.18', 'v5.19-v6.9'],
  ['ept', 1, 0x8600_0000_0000_0b77n, 'v6.10', 'v6.13-v7.1'],
  ['ept', 3, 0x8000_0000_0000_0907n, 'v6.10', 'v6.13-v7.1'],
  // X without user execute is also what v7.2 writes for a nested guest.
  ['ept', 1, 0x8000_0000_0000_0975n, 'v6.10', 'v7.2-mbec'],
  ['ept-noad', 1, 0x8610_0000_0000_0877n, 'v6.10', 'v6.11-v6.12'],
  ['ept-noad', 1, 0x8750_0000_0000_0870n, 'v6.10', 'v6.13-v7.1'],
  ['ept-noad', 1, 0x8610_0000_0000_0b77n, 'v6.13-v7.1', 'v6.13-v7.1'],
  ['ept-noad', 1, 0x8750_0000_0000_0a70n, 'v6.13-v7.1', 'v6.13-v7.1'],
  ['ept', 1, 0x80a0_0000_0000_0f77n, 'v7.2-mbec', 'v7.2-mbec'],
  ['ept', 3, 0x8000_0000_0000_0d07n, 'v7.2-mbec', 'v7.2-mbec'],
  ['ept-noad', 1, 0x90a0_0000_0000_0f77n, 'v7.2-mbec', 'v7.2-mbec'],
  ['ept-noad', 1, 0xd0f0_0000_0000_0a70n, 'v7.2-mbec', 'v7.2-mbec'],
  ['npt64', 1, 0xc67n, 'v4.4', 'v5.12'],
  ['npt64', 2, 0xce7n, 'v4.4', 'v5.12'],
  ['npt64', 3, 0x027n, 'v4.4', 'v5.12'],
  ['npt64', 1, 0xe67n, 'v5.13-v5.18', 'v7.2-mbec'],
  ['npt64', 2, 0xee7n, 'v5.13-v5.18', 'v7.2-mbec'],
  ['npt64', 3, 0x827n, 'v5.13-v5.18', 'v7.2-mbec'],
];

describe('the era from the bits', () => {
  for (const [format, level, bits, first, last] of fingerprints) {
    it(`${format} level ${level} …${bits.toString(16)}: ${first} to ${last}`, () => {
      const { fitting } = fingerprintEntry(format, level, frame | bits, {});
      const names = eras.map(({ name }) => name);
      assert.deepEqual(
        fitting.map(({ name }) => name),
        names.slice(names.indexOf(first), names.indexOf(last) + 1),
      );
    });
  }

  it('names span and evidence', () => {
    const { span, evidence } = fingerprintEntry('ept', 1, frame | 0x0600_0000_0000_0b77n, {});
    assert.equal(span, 'v5.13 – v6.9');
    assert.deepEqual(evidence, [
      'commonest entries: 0x0600…b77 (1)',
      'not v5.12: there bits 58:57 would be clear (1 entries)',
      'not v6.10: there bit 63 would be set (1 entries)',
    ]);
  });

  it('calls noise noise, and an empty sample nothing', () => {
    const noise = Uint32Array.from({ length: 64 }, (_, index) => (index * 2654435761) >>> 0);
    const sample = { format: 'ept' as const, lo: noise, hi: noise.slice().reverse(), level: 2 };
    assert.deepEqual(fingerprintEras(sample).fitting, []);
    const none = new Uint32Array(0);
    assert.equal(fingerprintEras({ format: 'ept', lo: none, hi: none, level: 1 }).entries, 0);
  });
});
