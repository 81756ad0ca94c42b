import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeEsr } from '../../../src-core/kvm/arm64-esr';
import { faultStatus } from '../../../src-core/kvm/arm64-fault-status';
import { decodeHpfar, stage2Abort } from '../../../src-core/kvm/arm64-stage2-abort';
import { decodeTcr, decodeTcrEl2, decodeTtbr } from '../../../src-core/paging/arm64-tcr-words';
import { decodeVtcr, decodeVttbr } from '../../../src-core/paging/arm64-vtcr-words';
import type { DecodedWord } from '../../../src-core/paging/decoded-word';

// facts/arm64-stage2.md section 11: syndromes and how they read.
const readings: readonly (readonly [
  esr: bigint,
  ec: string,
  fault: string,
  level: number,
  Record<string, unknown>,
])[] = [
  [
    0x93800047n,
    'DABT_LOW',
    'translation',
    3,
    { wnr: true, isv: true, access_bytes: 4, write_fault: true },
  ],
  [0x92000006n, 'DABT_LOW', 'translation', 2, { wnr: false, write_fault: false }],
  [0x92000045n, 'DABT_LOW', 'translation', 1, { wnr: true }],
  [0x9200004fn, 'DABT_LOW', 'permission', 3, { wnr: true, write_fault: true }],
  [0x9200004en, 'DABT_LOW', 'permission', 2, { wnr: true }],
  [0x8200000fn, 'IABT_LOW', 'permission', 3, { wnr: null, write_fault: false }],
  [0x82000006n, 'IABT_LOW', 'translation', 2, {}],
  [0x9200008bn, 'DABT_LOW', 'access flag', 3, { s1ptw: true, write_fault: false }],
  [0x9200008fn, 'DABT_LOW', 'permission', 3, { s1ptw: true, write_fault: true }],
  [0x9200002bn, 'DABT_LOW', 'translation', -1, {}],
  [0x96000047n, 'DABT_CUR', 'translation', 3, { wnr: true }],
];

function assertAllBits(word: DecodedWord): void {
  let joined = 0n;
  let next = 63;
  for (const field of word.fields) {
    assert.equal(field.high, next, `${word.name} ${field.name}`);
    joined |= field.value << BigInt(field.low);
    next = field.low - 1;
  }
  assert.equal(next, -1);
  assert.equal(joined, word.value);
}

describe('arm64 syndromes', () => {
  it(`reads the ${readings.length} worked syndromes`, () => {
    for (const [esr, ec, fault, level, more] of readings) {
      const { facts } = decodeEsr(esr);
      const name = `0x${esr.toString(16)}`;
      assert.equal(facts['ec_name'], ec, name);
      assert.equal(facts['fault'], fault, name);
      assert.equal(facts['fault_level'], level, name);
      for (const [key, value] of Object.entries(more))
        assert.equal(facts[key], value, `${name} ${key}`);
    }
  });

  // Texts of Linux's mm/fault.c, same section.
  it('words the status as the kernel does', () => {
    assert.equal(faultStatus(0x07).kernelText, 'level 3 translation fault');
    assert.equal(faultStatus(0x00).kernelText, 'ttbr address size fault');
    assert.equal(faultStatus(0x0c).kernelText, 'level 0 permission fault');
    assert.equal(faultStatus(0x0c, '6.1').kernelText, 'unknown 12');
    assert.equal(faultStatus(0x0d, '6.1').kernelText, 'level 1 permission fault');
    assert.equal(faultStatus(0x2b, '6.1').kernelText, 'unknown 43');
    assert.equal(faultStatus(0x35).kernelText, 'implementation fault (unsupported exclusive)');
    assert.equal(faultStatus(0x3f).kernelText, 'unknown 63');
  });

  it('puts the IPA together from HPFAR and FAR', () => {
    const { facts } = stage2Abort({
      esr: 0x93800047n,
      hpfar: 0x802030n,
      far: 0xffff_0000_4020_36e8n,
      granule: '4K',
    });
    assert.equal(facts['ipa'], 0x8020_36e8n);
    assert.equal(facts['ipa_page'], 0x8020_3000n);
    assert.equal(facts['fault_bytes'], 4096);
    assert.equal(decodeHpfar(0x802030n).facts['ipa_page'], 0x8020_3000n);
    const permission = stage2Abort({ esr: 0x9200004en, hpfar: 0n, granule: '4K' });
    assert.equal(permission.facts['fault_bytes'], 2 * 1024 * 1024);
    assert.equal(permission.facts['ipa'], null);
    assert.deepEqual(
      permission.findings.map(({ code }) => code),
      ['hpfar-not-written'],
    );
    assert.equal(stage2Abort({ esr: 0x96000047n }).findings[0]?.code, 'not-a-stage2-abort');
  });

  // facts/arm64-stage2.md section 3: 4K, 40-bit IPA, 44-bit PA, 16-bit VMID, HA.
  it('reads VTCR and VTTBR of the worked example', () => {
    const { facts, summary } = decodeVtcr(0x802c3558n);
    assert.equal(facts['granule'], '4K');
    assert.equal(facts['ipa_bits'], 40);
    assert.equal(facts['entry_level'], 1);
    assert.equal(facts['concat_tables'], 2);
    assert.equal(facts['vttbr_x'], 13);
    assert.equal(facts['pa_bits'], 44);
    assert.match(summary, /2 concatenated tables of 4 KiB/);
    const vttbr = decodeVttbr(0x0005_0000_4140_0001n, { vtcr: 0x802c3558n });
    assert.equal(vttbr.facts['root'], 0x4140_0000n);
    assert.equal(vttbr.facts['vmid'], 5);
    assert.deepEqual(vttbr.findings, []);
  });

  it('accounts for every bit of every register', () => {
    const decoders = [
      decodeEsr,
      decodeHpfar,
      decodeVtcr,
      decodeVttbr,
      decodeTcr,
      decodeTcrEl2,
      decodeTtbr,
    ];
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), (value) => {
        for (const decode of decoders) assertAllBits(decode(value));
        stage2Abort({ esr: value, hpfar: value, far: value });
      }),
      { numRuns: 2000 },
    );
  });
});
