import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextIndex } from '../../../src-core/text/index';

/** Everything an index knows, to compare one that was edited with one that was made anew. */
function contents(index: TextIndex): unknown {
  const { memory } = index;
  const words: string[] = [];
  for (const frame of memory.frames()) {
    for (let offset = 0n; offset < 4096n; offset += 4n) {
      const address = (BigInt(frame) << 12n) + offset;
      const value = memory.readWord(address, 4);
      if (value === undefined) continue;
      const origin = memory.originOf(address);
      words.push(`${address.toString(16)} ${value.toString(16)} ${JSON.stringify(origin)}`);
    }
  }
  return {
    text: index.text(),
    lineCount: index.lineCount,
    words,
    findings: index.findings(),
    dialects: [...index.dialects()].sort(),
    events: [...index.events()],
    directives: index.directives().map(({ line }) => line),
  };
}

/** A dump of many chunks: pages in no order, some twice, with commands, comments and events between. */
function longDump(pages: number, wordsEach: number): string {
  const parts: string[] = ['# pagewalk: format=npt64 kernel=6.1\n'];
  for (let page = 0; page < pages; page++) {
    const base = ((page * 37) % pages) * 0x800 + 0x103b00000;
    parts.push(`(qemu) xp /${wordsEach}gx 0x${base.toString(16)}\n`);
    for (let word = 0; word < wordsEach; word += 2) {
      const address = (base + word * 8).toString(16).padStart(16, '0');
      const value = (which: number): string =>
        (BigInt(page * 7919 + which) * 0x1234567n).toString(16).padStart(16, '0');
      parts.push(`${address}: 0x${value(word)} 0x${value(word + 1)}\n`);
    }
    if (page % 5 === 0) {
      parts.push(
        '  CPU 0/KVM-1 [000] d.. 1.5: kvm_mmu_set_spte: gfn 1 spte 2 (rwxu) level 1 at 3\n',
      );
    }
    if (page % 7 === 0) {
      parts.push(
        '00000000  11 22 33 44 55 66 77 88  11 22 33 44 55 66 77 88  |................|\n*\n',
      );
      parts.push('00000100\n');
    }
  }
  return parts.join('');
}

const inserts = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    '\n',
    '\r',
    '\r\n',
    '*\n',
    ': ',
    '0x',
    '0000000103b00000: 0x0000000000000001\n',
  ),
  fc.string({ maxLength: 5 }),
  fc.integer({ min: 1, max: 3 }).map((pages) => longDump(pages, 64)),
);

const edits = fc.array(
  fc.record({
    line: fc.double({ min: 0, max: 1, noNaN: true }),
    column: fc.integer({ min: 0, max: 70 }),
    lines: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 900 })),
    endColumn: fc.integer({ min: 0, max: 70 }),
    text: inserts,
  }),
  { minLength: 1, maxLength: 4 },
);

/** The edit done on a plain string, by the lines as editors count them. */
function editedString(
  text: string,
  start: readonly [number, number],
  end: readonly [number, number],
  insert: string,
): string {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  const place = ([line, column]: readonly [number, number]): number => {
    const from = starts[line]!;
    const length = /^[^\r\n]*/.exec(text.slice(from))![0].length;
    return from + Math.min(column, length);
  };
  return text.slice(0, place(start)) + insert + text.slice(place(end));
}

describe('text index: edits', () => {
  it('are the same as reading the changed text anew', function () {
    this.timeout(60_000);
    const text = longDump(60, 256);
    fc.assert(
      fc.property(edits, (changes) => {
        const index = new TextIndex(text, 'dump');
        let plain = text;
        for (const { line, column, lines, endColumn, text: insert } of changes) {
          const startLine = Math.floor(line * (index.lineCount - 1));
          const endLine = Math.min(index.lineCount - 1, startLine + lines);
          const last = endLine === startLine ? Math.max(column, endColumn) : endColumn;
          index.edit({ startLine, startColumn: column, endLine, endColumn: last, text: insert });
          plain = editedString(plain, [startLine, column], [endLine, last], insert);
        }
        assert.ok(index.text() === plain, 'text');
        assert.deepEqual(contents(index), contents(new TextIndex(plain, 'dump')));
      }),
      { numRuns: 25 },
    );
  });

  it('take a text away and bring it back', () => {
    const text = longDump(3, 64);
    const index = new TextIndex(text, 'dump');
    const all = { startLine: 0, startColumn: 0, endLine: index.lineCount, endColumn: 0 };
    index.edit({ ...all, text: '' });
    assert.deepEqual(contents(index), contents(new TextIndex('', 'dump')));
    assert.equal(index.lineCount, 1);
    index.edit({ startLine: 0, startColumn: 0, endLine: 0, endColumn: 0, text });
    assert.deepEqual(contents(index), contents(new TextIndex(text, 'dump')));
  });

  it('of one character read again a small part only', () => {
    const start = performance.now();
    const index = new TextIndex(longDump(2000, 256));
    const whole = performance.now() - start;
    const before = index.memory.wordCount();
    const times = Array.from({ length: 20 }, (_, round) => {
      const line = Math.floor(index.lineCount / 2) + round;
      const begin = performance.now();
      index.edit({ startLine: line, startColumn: 30, endLine: line, endColumn: 31, text: 'f' });
      return performance.now() - begin;
    });
    assert.ok(Math.abs(index.memory.wordCount() - before) < 100);
    const median = times.sort((one, other) => one - other)[10]!;
    assert.ok(median * 5 < whole, `${median} ms beside ${whole} ms`);
  });
});
