import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextIndex } from '../../../src-core/text/index';

const lines = (...parts: string[]): string => parts.join('\n');

const codes = (index: TextIndex): string[] =>
  index.findings().map(({ code, line }) => `${code} at ${line}`);

describe('text index: QEMU and gdb', () => {
  it('reads xp in units of 8, 4 and 1 bytes as the same words', () => {
    const texts = [
      '0000000103b2e000: 0x0000000103b2d827 0x0000000000000000',
      '0000000103b2e000: 0x03b2d827 0x00000001 0x00000000 0x00000000',
      lines(
        '0000000103b2e000: 0x27 0xd8 0xb2 0x03 0x01 0x00 0x00 0x00',
        '0000000103b2e008: 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00',
      ),
    ];
    for (const text of texts) {
      const { memory } = new TextIndex(text);
      assert.equal(memory.readWord(0x103b2e000n), 0x103b2d827n, text);
      assert.equal(memory.readWord(0x103b2e008n), 0n);
      assert.equal(memory.readWord(0x103b2e010n), undefined);
      assert.equal(memory.wordCount(), 2);
    }
  });

  it('reads gdb with symbols, TABs and memory it could not read', () => {
    const index = new TextIndex(
      lines(
        '(gdb) x/6gx &spt',
        '0x4040 <spt>:\t0x0600000067890b77\t0x0000000000000000',
        '0x4050 <ns::table<int>::spt+16>:\t0x8000000000000000\t<error: Cannot access memory at address 0x4058>',
        '0x4060 <spt+32>:\t<error: Cannot access memory at address 0x4060>',
      ),
    );
    assert.equal(index.memory.readWord(0x4040n), 0x600000067890b77n);
    assert.equal(index.memory.readWord(0x4050n), 0x8000000000000000n);
    assert.equal(index.memory.readWord(0x4058n), undefined);
    assert.deepEqual(codes(index), ['unreadable-memory at 2', 'unreadable-memory at 3']);
    assert.deepEqual([...index.dialects()], [['gdb-x', 3]]);
  });

  it('tells where a word stands, and what stands at a place', () => {
    const index = new TextIndex(
      lines(
        '(qemu) xp /4gx 0x103b30000',
        '0000000103b30000: 0x0000000103b2f827 0x0000000103b23827',
        '0000000103b30010: 0x0000000000000001 0x0000000000000002',
      ),
      'tables.xp',
    );
    assert.deepEqual(index.memory.originOf(0x103b30018n), {
      kind: 'text',
      source: 'tables.xp',
      line: 2,
      start: 37,
      end: 55,
    });
    assert.equal(index.memory.originOf(0x103b30020n), undefined);
    const word = index.wordAt(1, 40);
    assert.ok(word?.kind === 'dump-word');
    assert.equal(word.value, 0x103b23827n);
    assert.equal(word.word.address, 0x103b30008n);
    assert.equal(index.wordAt(1, 3)?.kind, 'dump-address');
    assert.deepEqual(index.wordAt(0, 16), {
      kind: 'plain',
      value: 0x103b30000n,
      physical: 0x103b30000n,
      start: 15,
      end: 26,
    });
    assert.equal(index.wordAt(0, 2), undefined);
  });
});

describe('text index: what mail, terminals and kernels add', () => {
  const words = '0000000103b30000: 0x0000000103b2f827 0x0000000103b23827';
  for (const [name, text] of [
    ['quoted mail', `On Monday someone wrote:\n> > ${words}\n`],
    ['CRLF', `(qemu) xp /2gx 0\r\n${words}\r\nend\r\n`],
    ['a lonely carriage return', `progress 10%\rprogress 20%\r${words}\r`],
    [
      'colours',
      `\u001b[32m0000000103b30000\u001b[0m: \u001b[1m0x0000000103b2f827\u001b[0m 0x0000000103b23827\n`,
    ],
    ['a time stamp', `[ 1234.567890] ${words}\n`],
    ['a prompt', `(qemu) ${words}\n`],
    ['text behind it', `${words}  <- the root\n`],
    ['no line end', words],
  ] as const) {
    it(name, () => {
      const index = new TextIndex(text);
      assert.equal(index.memory.readWord(0x103b30000n), 0x103b2f827n);
      assert.equal(index.memory.readWord(0x103b30008n), 0x103b23827n);
      const origin = index.memory.originOf(0x103b30008n);
      assert.ok(origin?.kind === 'text');
      const shown = index.lineText(origin.line).slice(origin.start, origin.end);
      assert.equal(shown, '0x0000000103b23827');
      assert.deepEqual(codes(index), []);
    });
  }

  it('bytes and a string of the same text are the same', () => {
    const text = `é ${words}\n${words.replace('000:', '010:')}\n`;
    const fromBytes = new TextIndex(new TextEncoder().encode(text));
    assert.equal(fromBytes.memory.readWord(0x103b30018n), 0x103b23827n);
    assert.equal(new TextIndex(text).memory.readWord(0x103b30018n), 0x103b23827n);
  });
});

describe('text index: what is wrong with a text', () => {
  const first = '0000000103b30000: 0x0000000103b2f827 0x0000000103b23827';
  it('a line cut within a word', () => {
    const index = new TextIndex(`${first}\n0000000103b30010: 0x0000000103b2f827 0x00000001`);
    assert.deepEqual(codes(index), ['cut-line at 1']);
    assert.equal(index.memory.readWord(0x103b30010n), 0x103b2f827n);
    assert.equal(index.memory.readWord(0x103b30018n), undefined);
  });
  it('a line cut in its first word where the digits left make a smaller unit', () => {
    const index = new TextIndex(`${first}\n0000000103b30010: 0x00000001`);
    assert.deepEqual(codes(index), ['cut-line at 1']);
    assert.equal(index.memory.readWord(0x103b30010n, 4), undefined);
  });
  it('a line cut in its address', () => {
    assert.deepEqual(codes(new TextIndex(`${first}\n0000000103b3`)), ['cut-line at 1']);
  });
  it('a line cut within a word, in gdb', () => {
    const index = new TextIndex('0x4040:\t0x0600000067890b77\t0x00000000\n');
    assert.deepEqual(codes(index), ['cut-line at 0']);
  });
  it('the same page twice: the later counts, and a finding says so', () => {
    const second = first.replace('0x0000000103b23827', '0x0000000000000000');
    const index = new TextIndex(`${first}\nlater:\n${second}\n`);
    assert.equal(index.memory.readWord(0x103b30008n), 0n);
    assert.deepEqual(codes(index), ['overlap-differs at 2']);
    const origin = index.memory.originOf(0x103b30008n);
    assert.ok(origin?.kind === 'text' && origin.line === 2);
    assert.deepEqual(codes(new TextIndex(`${first}\nlater:\n${first}\n`)), ['overlap at 2']);
  });
  it('words at an address that is no multiple of 4', () => {
    const index = new TextIndex('0000000000001002: 0x1122334455667788 0x99aabbccddeeff00\n');
    assert.deepEqual(codes(index), ['misaligned-words at 0']);
    // Bytes 1002 … 1011 are 88 77 66 55 44 33 22 11 00 ff ee dd cc bb aa 99.
    assert.equal(index.memory.readWord(0x1004n, 4), 0x33445566n);
    assert.equal(index.memory.readWord(0x100cn, 4), 0xbbccddeen);
    assert.equal(index.memory.readWord(0x1000n, 4), undefined);
    assert.equal(index.memory.readWord(0x1010n, 4), undefined);
  });
  it('an address that wraps past 2^64', () => {
    const index = new TextIndex('fffffffffffffff8: 0x0000000000000001 0x0000000000000002\n');
    assert.equal(index.memory.readWord(0xfffffffffffffff8n), 1n);
    assert.equal(index.memory.readWord(0n), undefined);
    assert.equal(index.memory.frameCount, 1);
  });
  it('a line of a megabyte', () => {
    const long = '0x0000000000000001 '.repeat(60_000);
    const index = new TextIndex(`0000000000000000: ${long}\n${first}\n`);
    assert.equal(index.memory.readWord(0x103b30000n), 0x103b2f827n);
    assert.equal(index.memory.readWord(8n * 59_999n), 1n);
  });
  it('a * that claims more memory than there is', () => {
    const row = (address: string): string =>
      `${address}  27 d8 b2 03 01 00 00 00  00 00 00 00 00 00 00 00  |'...............|`;
    const index = new TextIndex(lines(row('00000000'), '*', row('7ffffffffff0'), ''));
    assert.deepEqual(codes(index), ['squeezed-too-far at 1']);
    assert.equal(index.memory.frameCount, 2);
  });
  it('any characters at all', () => {
    const pieces = fc.constantFrom(
      '0000000103b30000: ',
      '0x0000000103b2f827',
      ' ',
      '\t',
      '\n',
      '\r',
      '*',
      '\u001b[0m',
      '> ',
      ':',
      '0x4040 <spt+8>:',
      'pagewalk: ',
      'format=',
      'kvm_mmu_set_spte: gfn ',
      '------ spte = ',
      'é',
      '\u0000',
      '00000010  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|',
      'ffffffffffffffff',
      '[ 1.5] ',
      '|',
      '<error: ',
      '0x',
      '0xzz',
    );
    const texts = fc.oneof(
      fc
        .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 60 })
        .map((parts) => parts.join('')),
      fc.uint8Array({ maxLength: 400 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const index = new TextIndex(text);
        index.findings();
        index.directive();
        for (let line = 0; line < Math.min(20, index.lineCount); line++) {
          const length = index.lineText(line).length;
          index.dumpLine(line);
          index.logEvent(line);
          for (let column = 0; column <= length; column += 7) index.wordAt(line, column);
        }
        for (const frame of index.memory.frames()) {
          assert.ok(index.memory.originOf(BigInt(frame) << 12n) ?? true);
        }
      }),
      { numRuns: 400 },
    );
  });
});
