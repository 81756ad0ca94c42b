import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { TextIndex } from '../../../src-core/text/index';
import { dumpDialects } from '../../../src-core/text/hexdump/registry';
import { groupedPrinters, printers } from './dump-printers';

const fixtures = path.join('test', 'fixtures', 'dump-formats');
const captured = path.join('..', 'shared', 'captures', 'x86', 'npt-6.1', 'dump-formats');

/** Words of a page as the file's bytes have them. */
function wordsOf(bytes: Buffer): bigint[] {
  return Array.from({ length: bytes.length / 8 }, (_, word) => bytes.readBigUInt64LE(word * 8));
}

function readPage(index: TextIndex, base: bigint, words: number): (bigint | undefined)[] {
  return Array.from({ length: words }, (_, word) => index.memory.readWord(base + BigInt(word * 8)));
}

function checkFolder(folder: string): void {
  for (const name of readdirSync(folder)) {
    const page = /^page-([0-9a-f]+)\..*txt$/.exec(name)?.[1];
    if (page === undefined) continue;
    it(`${name}: every word as in the page's bytes`, () => {
      const bytes = readFileSync(path.join(folder, `page-${page}.bin`));
      const index = new TextIndex(readFileSync(path.join(folder, name), 'latin1'));
      const based = name.includes('xp-') || name.includes('xxd-o');
      const base = based ? BigInt(`0x${page}`) : 0n;
      const expected = wordsOf(bytes);
      assert.equal(index.dialects().size, 1, [...index.dialects().keys()].join());
      assert.deepEqual(index.findings(), []);
      assert.deepEqual(readPage(index, base, expected.length), expected);
    });
  }
}

describe('dump dialects: a real page through the tools that print it', () => {
  checkFolder(fixtures);
});

if (existsSync(captured)) {
  describe('dump dialects: every printed page of the capture', () => checkFolder(captured));
}

const anyWords = fc.array(
  fc.oneof(
    fc.constant(0n),
    fc.constant(0x8000000000000000n),
    fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  ),
  { minLength: 4, maxLength: 64 },
);

describe('dump dialects: printed from their format strings and read back', () => {
  for (const { name, dialects, print, addressBits } of printers) {
    it(name, () => {
      fc.assert(
        fc.property(
          anyWords,
          fc.bigInt({ min: 0n, max: (1n << BigInt(addressBits - 4)) - 0x100n }),
          (words, place) => {
            const even = words.length % 2 === 0 ? words : words.slice(1);
            const base = place << 4n;
            const index = new TextIndex(print(even, base));
            assert.deepEqual(readPage(index, base, even.length), even, print(even, base));
            for (const seen of index.dialects().keys()) assert.ok(dialects.includes(seen), seen);
          },
        ),
        { numRuns: 200 },
      );
    });
  }
});

describe('dump dialects: groups in memory order, told by the characters beside them', () => {
  /** Words whose bytes are letters, no two alike: their order shows. */
  const spelled = fc
    .array(fc.nat(0xffff), { minLength: 4, maxLength: 64 })
    .map((seeds) =>
      seeds.map((seed) =>
        Array.from(
          { length: 8 },
          (_, byte) => 0x41n + BigInt(((seed >> byte) & 7) + byte * 3),
        ).reduce((word, letter) => (word << 8n) | letter, 0n),
      ),
    );
  for (const { name, print } of groupedPrinters) {
    it(name, () => {
      fc.assert(
        fc.property(spelled, (words) => {
          const even = words.length % 2 === 0 ? words : words.slice(1);
          const index = new TextIndex(print(even, 0x1000n));
          assert.deepEqual(readPage(index, 0x1000n, even.length), even, print(even, 0x1000n));
          assert.deepEqual([...index.dialects().keys()], ['xxd-g']);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('what the first line tells holds for lines that tell nothing, read again after an edit too', () => {
    const text =
      '00001000: 4142434445464748 494a4b4c4d4e4f50  ABCDEFGHIJKLMNOP\n' +
      '00001010: 0102030405060708 0910111213141516  ................\n';
    const index = new TextIndex(text);
    const check = (): void => {
      assert.equal(index.memory.readWord(0x1010n), 0x0807060504030201n);
      assert.equal(index.dumpLine(1)?.words[0]?.value, 0x0807060504030201n);
    };
    check();
    index.edit({ startLine: 2, startColumn: 0, endLine: 2, endColumn: 0, text: 'end' });
    check();
  });
});

describe('dump dialects: all of them', () => {
  it('are printed by an independent printer, or stand without addresses', () => {
    const printed = new Set([...printers, ...groupedPrinters].flatMap(({ dialects }) => dialects));
    const without = dumpDialects.map(({ name }) => name).filter((name) => !printed.has(name));
    assert.deepEqual(without, []);
  });
});

describe('dump dialects: lines that only look like dumps', () => {
  for (const line of [
    'ffff888012345000: 0000000012345000 XG-DA---W',
    'ffffffff81e00000  1e00000',
    '1e000e1  1e00000   (PRESENT|ACCESSED|DIRTY|PSE)',
    '0000000000400000-0000000000452000 0000000000052000 ur-',
    '[ 1234.567890] get_mmio_spte: reserved bits set on MMU-present spte, addr 0xfee00000, hierarchy:',
    '          kvmcap-105     [000] .....     2.331493: kvm_unmap_hva_range: mmu notifier unmap range: 0x007fe3d0600000 -- 0x007fe3d0800000',
    'PGD 100000067 P4D 100000067 PUD 1001de067 PMD 10a3b5067 PTE 0',
    '600000067890b770',
  ]) {
    it(line.trim(), () => {
      const index = new TextIndex(`${line}\n`);
      assert.equal(index.memory.frameCount, 0);
      assert.equal(index.dumpLine(0), undefined);
    });
  }
});
