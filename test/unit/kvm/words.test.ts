import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodePferr, pferrMask, pferrOfExitQualification } from '../../../src-core/kvm/pferr';
import { decodeWord, findWordKind, wordKinds } from '../../../src-core/kvm/words';
import type { DecodedWord } from '../../../src-core/paging/decoded-word';
import type { WordContext } from '../../../src-core/paging/word-context';

function decoded(name: string, value: bigint, context: WordContext = {}): DecodedWord {
  const word = decodeWord(name, value, context);
  assert.ok(!('problem' in word));
  return word;
}

const codes = (word: DecodedWord): string[] => word.findings.map((finding) => finding.code);

describe('EPT-violation exit qualifications', () => {
  // Facts on log formats, section 4.1.
  const rows: readonly [bigint, RegExp][] = [
    [0x182n, /^write; EPT grants nothing here .*; final translation$/],
    [0x1aan, /^write; EPT grants read, execute; final translation$/],
    [0x181n, /^read; EPT grants nothing/],
    [0x184n, /^fetch; EPT grants nothing/],
    [0x8bn, /^read\+write; EPT grants read; while reading or updating a guest paging/],
  ];
  for (const [value, summary] of rows) {
    it(`0x${value.toString(16)}`, () => {
      assert.match(decoded('exit-qualification', value).summary, summary);
      assert.deepEqual(codes(decoded('exit-qualification', value)), []);
    });
  }

  it('becomes a PFERR code as KVM makes it', () => {
    const mask = (...names: string[]): bigint =>
      names.reduce((code, name) => code | pferrMask[name]!, 0n);
    assert.equal(pferrOfExitQualification(0x182n), mask('WRITE', 'GUEST_FINAL'));
    assert.equal(pferrOfExitQualification(0x1aan), mask('WRITE', 'PRESENT', 'GUEST_FINAL'));
    assert.equal(pferrOfExitQualification(0x81n), mask('USER', 'GUEST_PAGE'));
    assert.equal(pferrOfExitQualification(0x4n), mask('FETCH'));
    assert.equal(pferrOfExitQualification(0x4n, '6.1'), mask('FETCH', 'GUEST_PAGE'));
    assert.equal(decoded('ept-violation', 0x182n).facts['kvm_pferr'], 0x1_0000_0002n);
  });
});

describe('page-fault error codes', () => {
  it('name the access and the reason', () => {
    assert.equal(
      decoded('page-fault-error', 0x7n).summary,
      'user write: a right was missing (P W U)',
    );
    assert.equal(
      decoded('page-fault-error', 0x11n).summary,
      'supervisor fetch: a right was missing (P I)',
    );
    assert.match(decoded('page-fault-error', 0x9n).summary, /a reserved bit was set/);
    assert.match(decoded('page-fault-error', 0x0n).summary, /read: an entry was not present/);
    assert.match(decoded('page-fault-error', 0x25n).summary, /protection key/);
  });

  it('say when no CPU would report them', () => {
    assert.deepEqual(codes(decoded('page-fault-error', 0x8n)), ['page-fault-reserved-not-present']);
    assert.deepEqual(codes(decoded('page-fault-error', 0x13n)), ['page-fault-write-and-fetch']);
    assert.deepEqual(codes(decoded('page-fault-error', 0x1_0000_0004n)), [
      'page-fault-undefined-bits',
    ]);
  });

  it('nested ones tell the stage', () => {
    const word = decoded('npf', 0x1_0000_0006n);
    assert.match(word.summary, /^user write at the final translation: an entry was not present/);
    assert.deepEqual(word.facts['flags'], ['W', 'U', 'final']);
    assert.match(decoded('npf', 0x2_0000_000fn).summary, /walking the guest page tables/);
    assert.deepEqual(codes(decoded('npf', 0x3_0000_0007n)), ['npf-two-stages']);
  });

  it("KVM's own bits are KVM's, and newer than the kernel when they are", () => {
    const word = decodePferr(0x2_0001_0000_0006n, '6.12');
    assert.deepEqual(word.facts['flags'], ['WRITE', 'USER', 'GUEST_FINAL', 'PRIVATE_ACCESS']);
    assert.deepEqual(word.findings, []);
    assert.deepEqual(codes(decodePferr(0x2_0001_0000_0006n, '6.1')), ['pferr-later-bit']);
    assert.deepEqual(codes(decodePferr(0x182n)), ['pferr-undefined-bits']);
  });
});

describe('roots', () => {
  it('EPTP: root, levels, A/D', () => {
    const word = decoded('eptp', 0x1_0765_405en);
    assert.equal(word.summary, 'EPT root 0x107654000, 4 levels, WB, accessed/dirty flags on');
    assert.deepEqual(word.findings, []);
    const bad = decoded('eptp', 0xf000_0000_0000_0f01n, { cpu: { maxPhysBits: 46 } });
    assert.deepEqual(codes(bad), ['eptp-memory-type', 'eptp-walk-length', 'eptp-reserved-bits']);
  });

  it('CR3: by paging mode, PCID said to be unknown where it is', () => {
    assert.equal(decoded('cr3', 0x1000n).facts['root'], 0x1000n);
    assert.match(decoded('cr3', 0x1000n).summary, /PML4 at 0x1000, 4-level paging \(assumed\)/);
    const unknown = decoded('cr3', 0x1234_5801n);
    assert.equal(unknown.fields.at(-1)?.name, 'PCID-or-PCD-PWT');
    const known = decoded('cr3', 0x1234_5801n, { pcid: true, paging: '5-level' });
    assert.equal(known.facts['pcid'], 0x801);
    assert.equal(known.facts['root'], 0x1234_5000n);
    assert.equal(decoded('cr3', 0x1234_5820n, { paging: 'pae' }).facts['root'], 0x1234_5820n);
    assert.equal(decoded('cr3', 0x1234_5018n, { paging: '32-bit' }).facts['root'], 0x1234_5000n);
  });

  it('CR3 and nCR3: reserved bits and the memory-encryption bit', () => {
    const cpu = { maxPhysBits: 48, smeCBit: 47 };
    assert.equal(decoded('ncr3', 0x8000_0123_4000n, { cpu }).facts['root'], 0x123_4000n);
    assert.deepEqual(codes(decoded('ncr3', 0x8000_0123_4000n, { cpu })), []);
    assert.deepEqual(codes(decoded('cr3', 0x8000_0000_0000_1000n)), ['cr3-reserved-bits']);
  });
});

describe('words by name', () => {
  it('are found by alias, in any writing', () => {
    assert.equal(findWordKind('EXIT_QUALIFICATION')?.name, 'exit-qualification');
    assert.match((decodeWord('nonsense', 0n) as { problem: string }).problem, /cr3, ncr3, eptp/);
    const role = decodeWord('role', 1n, { kernel: 'x' });
    assert.ok('problem' in role);
  });

  it('every value of every kind: all bits once, no exception', () => {
    const context = fc.record(
      {
        kernel: fc.constantFrom('4.4', '5.10', '6.1', '7.2'),
        paging: fc.constantFrom('32-bit', 'pae', '4-level', '5-level'),
        pcid: fc.boolean(),
        cpu: fc.record({ maxPhysBits: fc.integer({ min: 36, max: 52 }) }),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<WordContext>;
    fc.assert(
      fc.property(
        fc.constantFrom(...wordKinds),
        fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
        context,
        (kind, value, given) => {
          const word = decoded(kind.name, value, given);
          let next = word.fields[0]!.high;
          let joined = 0n;
          for (const field of word.fields) {
            assert.equal(field.high, next, kind.name);
            assert.notEqual(field.source, '');
            joined |= field.value << BigInt(field.low);
            next = field.low - 1;
          }
          assert.equal(next, -1);
          assert.equal(joined, BigInt.asUintN(word.fields[0]!.high + 1, value));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
