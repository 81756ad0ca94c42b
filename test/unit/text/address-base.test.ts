import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextIndex } from '../../../src-core/text/index';
import { printers } from './dump-printers';

const anyWords = fc.array(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), {
  minLength: 4,
  maxLength: 640,
});

/** Where Linux maps all memory, without randomization: Documentation/arch/x86/x86_64/mm.rst. */
const directMap = 0xffff_8880_0000_0000n;

function readWords(index: TextIndex, at: bigint, count: number): (bigint | undefined)[] {
  return Array.from({ length: count }, (_, word) => index.memory.readWord(at + BigInt(word * 8)));
}

/** All that is told of a text's lines: addresses, values, columns. */
function lines(index: TextIndex): unknown[] {
  return Array.from({ length: index.lineCount }, (_, line) => index.dumpLine(line));
}

function contents(index: TextIndex): unknown {
  const { memory } = index;
  const words = Array.from(memory.frames()).flatMap((frame) =>
    Array.from({ length: 1024 }, (_, half) => {
      const address = (BigInt(frame) << 12n) + BigInt(half * 4);
      const value = memory.readWord(address, 4);
      return value === undefined ? [] : [address, value, memory.originOf(address)];
    }).filter((entry) => entry.length > 0),
  );
  return { words, findings: index.findings(), lines: lines(index) };
}

const evenly = (words: readonly bigint[]): readonly bigint[] =>
  words.length % 2 === 0 ? words : words.slice(1);

describe('stated base: offsets of a file', () => {
  for (const { name, print, addressBits } of printers) {
    it(`${name}: every word at offset + base`, () => {
      fc.assert(
        fc.property(
          anyWords,
          fc.bigInt({ min: 0n, max: (1n << BigInt(addressBits - 5)) - 0x200n }),
          fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 0xffn })),
          fc.bigInt({ min: 0n, max: 0xff_ffffn }),
          (given, place, byte, page) => {
            const words = evenly(given);
            const base = (page << 12n) + byte * 16n;
            const dump = print(words, place << 4n);
            const index = new TextIndex(`# pagewalk: base=0x${base.toString(16)}\n${dump}`);
            assert.deepEqual(readWords(index, (place << 4n) + base, words.length), words, dump);
            const option = new TextIndex(dump, 'dump', { base });
            assert.deepEqual(readWords(option, (place << 4n) + base, words.length), words, dump);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});

describe('stated base: virtual addresses of the direct map', () => {
  const wide = printers.filter(({ addressBits }) => addressBits === 52);
  for (const { name, print } of wide) {
    it(`${name}: every word at address − virtual`, () => {
      fc.assert(
        fc.property(anyWords, fc.bigInt({ min: 0n, max: 0xff_ffff_ffffn }), (given, place) => {
          const words = evenly(given);
          const dump = print(words, directMap + (place << 4n));
          const index = new TextIndex(`# pagewalk: virtual=0x${directMap.toString(16)}\n${dump}`);
          assert.deepEqual(readWords(index, place << 4n, words.length), words, dump);
          assert.deepEqual(index.findings(), []);
        }),
        { numRuns: 60 },
      );
    });
  }

  const line = (address: bigint, value: bigint): string =>
    `${address.toString(16).padStart(16, '0')}: 0x${value.toString(16).padStart(16, '0')}\n`;

  it('what lies outside of the direct map stays where it is: physical, or of another area', () => {
    const vmalloc = 0xffff_c900_0000_0000n;
    const index = new TextIndex(
      `pagewalk: virtual=0x${directMap.toString(16)}\n` +
        line(0x103b30000n, 1n) +
        line(directMap + 0x2000n, 2n) +
        line(vmalloc, 3n),
    );
    assert.equal(index.memory.readWord(0x103b30000n), 1n);
    assert.equal(index.memory.readWord(0x2000n), 2n);
    assert.equal(index.memory.readWord(vmalloc), 3n);
    assert.deepEqual(
      index.findings().map((finding) => [finding.code, finding.line]),
      [['virtual-addresses', 3]],
    );
  });

  it('base and virtual together: where the mapped memory begins (arm64: PHYS_OFFSET)', () => {
    const index = new TextIndex(
      'pagewalk: virtual=0xffff000000000000 base=0x40000000 root=0xffff000000003000\n' +
        line(0xffff_0000_0000_3000n, 7n),
    );
    assert.equal(index.memory.readWord(0x4000_3000n), 7n);
    assert.equal(index.directive().root, 0x4000_3000n);
  });

  it('a comment line holds from its place on, until the next that says something else', () => {
    const index = new TextIndex(
      `${line(0x1000n, 1n)}pagewalk: base=0x10000\n${line(0x1000n, 2n)}` +
        `pagewalk: format=ept\n${line(0x2000n, 3n)}pagewalk: base=0\n${line(0x2000n, 4n)}`,
    );
    for (const [address, value] of [
      [0x1000n, 1n],
      [0x11000n, 2n],
      [0x12000n, 3n],
      [0x2000n, 4n],
    ] as const) {
      assert.equal(index.memory.readWord(address), value);
    }
    assert.equal(index.dumpLine(2)?.address, 0x11000n);
    assert.equal(index.dumpLine(2)?.printed, 0x1000n);
    const word = index.wordAt(2, 30);
    assert.ok(word?.kind === 'dump-word');
    assert.equal(word.word.address, 0x11000n);
    assert.deepEqual(index.memory.originOf(0x12000n), {
      kind: 'text',
      source: 'text',
      line: 4,
      start: 18,
      end: 36,
    });
  });

  it('a finding names the first line of a dump that nobody linked to physical memory', () => {
    const index = new TextIndex(
      `ffff88810a3b5a28:  0600000067890b77 0000000000000000   w..g............\n`,
    );
    const [finding] = index.findings();
    assert.equal(finding?.code, 'virtual-addresses');
    assert.deepEqual([finding.line, finding.start, finding.end], [0, 0, 16]);
  });

  it('a line that goes past 2^64 gives what lies before it, and says so', () => {
    const index = new TextIndex(
      'fffffffffffffff8: 0x0000000000000001 0x0000000000000002\n0000000000001000: 0x0000000000000003\n',
    );
    assert.equal(index.memory.readWord(0xffff_ffff_ffff_fff8n), 1n);
    assert.equal(index.memory.readWord(0x1000n), 3n);
    assert.equal(index.memory.readWord(0n), undefined);
    assert.ok(index.findings().some(({ code, line }) => code === 'address-wraps' && line === 0));
  });
});

describe('xxd -p: bytes without addresses', () => {
  const plain = (words: readonly bigint[], width: number): string => {
    const digits = words
      .map((word) =>
        word
          .toString(16)
          .padStart(16, '0')
          .replace(/^(..)(..)(..)(..)(..)(..)(..)(..)$/, '$8$7$6$5$4$3$2$1'),
      )
      .join('');
    return digits.replace(new RegExp(`.{1,${width * 2}}`, 'g'), '$&\n');
  };

  it('lie one after the other from a stated base on, whatever -c is', () => {
    fc.assert(
      fc.property(
        anyWords,
        fc.integer({ min: 8, max: 64 }),
        fc.bigInt({ min: 0n, max: 0xff_ffffn }),
        fc.constantFrom('', '> ', '\u001b[0m'),
        (words, width, place, before) => {
          const base = place << 3n;
          const dump = plain(words, width)
            .replace(/^/gm, before)
            .replace(/[^\n]*$/, '');
          const index = new TextIndex(`# pagewalk: base=0x${base.toString(16)}\n${dump}`);
          assert.deepEqual(readWords(index, base, words.length), words, dump);
          assert.deepEqual(index.findings(), []);
          const option = new TextIndex(dump, 'dump', { base });
          assert.deepEqual(readWords(option, base, words.length), words, dump);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are nothing without a base', () => {
    const index = new TextIndex(plain([1n, 2n, 3n, 4n], 30));
    assert.equal(index.memory.frameCount, 0);
  });

  it('of a line cut off in a byte: the next line is where it would have been', () => {
    const words = Array.from({ length: 12 }, (_, at) => BigInt(at + 1));
    const [first, second, third] = plain(words, 32).split('\n');
    const index = new TextIndex(
      `pagewalk: base=0x1000\n${first}\n${second!.slice(0, 21)}\n${third}\n`,
    );
    assert.deepEqual(readWords(index, 0x1000n, 5), [1n, 2n, 3n, 4n, 5n]);
    assert.deepEqual(readWords(index, 0x1028n, 3), [undefined, undefined, undefined]);
    assert.deepEqual(readWords(index, 0x1040n, 4), [9n, 10n, 11n, 12n]);
    assert.deepEqual(
      index.findings().map(({ code, line }) => [code, line]),
      [['cut-line', 2]],
    );
  });
});

describe('stated base: edits', () => {
  const pages = (of: number): string =>
    Array.from({ length: of }, (_, page) =>
      printers[page % printers.length]!.print(
        Array.from({ length: 64 }, (_, word) => BigInt(page * 1000 + word)),
        BigInt(page) << 9n,
      ),
    ).join('some line\n');
  const directives = fc.constantFrom(
    '# pagewalk: base=0x100000\n',
    '# pagewalk: base=0x100010\n',
    '# pagewalk: virtual=0x2000\n',
    '# pagewalk: virtual=0x2010 base=0x40000000\n',
    '# pagewalk: format=ept\n',
    'x\n',
    '00112233445566778899aabbccddeeff0011223344556677889900112233\n0011\n',
    '',
  );

  it('of the comment line are the same as reading the changed text anew', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), directives, fc.nat(2)), {
          minLength: 1,
          maxLength: 5,
        }),
        (changes) => {
          const index = new TextIndex(pages(90));
          for (const [place, text, taken] of changes) {
            const startLine = Math.floor(place * (index.lineCount - 1));
            const endLine = Math.min(index.lineCount - 1, startLine + taken);
            index.edit({ startLine, startColumn: 0, endLine, endColumn: 0, text });
          }
          assert.deepEqual(contents(index), contents(new TextIndex(index.text())));
        },
      ),
      { numRuns: 12 },
    );
  });
});
