import assert from 'node:assert/strict';
import fc from 'fast-check';

import { guessEntry } from '../../../src-core/kvm/guess-entry';
import { captures } from '../../golden/captures';
import { formatWord, joinHalves } from '../../../src-core/word';

describe('what a lone word may be', () => {
  // From the captures and the facts' worked decodes: the format each was written in.
  const known: readonly (readonly [bigint, string, number])[] = [
    [0x600000067890b77n, 'ept', 1],
    [0xc0000000fee0235en, 'ept', 1],
    [0x103cb5e67n, 'npt64', 1],
    [0x103b2f827n, 'npt64', 2],
    [0x8000000012345067n, 'guest64', 1],
    [0xb68001e1n, 'guest64', 1],
    [0x400000408007ffn, 'arm64-s2', 1],
  ];
  for (const [value, format, level] of known) {
    it(`${formatWord(value)}: ${format}, level ${level}`, () => {
      const [guess] = guessEntry(value);
      assert.deepEqual([guess?.format, guess?.level], [format, level]);
      assert.notEqual(guess?.why, '');
    });
  }

  it('is nothing for zero, small numbers, kernel pointers and plain addresses', () => {
    for (const value of [0n, 0x10n, 0x1000n, 0x12345000n, 0xffff_ffff_8100_0000n]) {
      assert.deepEqual(guessEntry(value), [], formatWord(value));
    }
  });

  it('keeps to a format and a level that are known', () => {
    for (const guess of guessEntry(0x103b2f827n, { format: 'shadow64', level: 3 })) {
      assert.deepEqual([guess.format, guess.level], ['shadow64', 3]);
    }
    assert.deepEqual(guessEntry(0x8000000012345067n, { format: 'ept' }), []);
  });

  it('never throws', () => {
    const anyWord = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
    fc.assert(
      fc.property(
        anyWord,
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        (value, level) => {
          for (const guess of guessEntry(value, { ...(level !== undefined && { level }) })) {
            assert.ok(guess.level >= 1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  for (const capture of captures()) {
    if (capture.format !== 'npt64' && !capture.format.startsWith('ept')) continue;
    it(`${capture.run}: most leaves are read in their own format`, () => {
      // Entries that differ in their frame only are guessed alike.
      const patterns = new Map<bigint, { value: bigint; count: number }>();
      for (const { level, words } of capture.tables()) {
        if (level !== 1) continue;
        for (let at = 0; at < words.length; at += 2) {
          const value = joinHalves(words[at]!, words[at + 1]!);
          // What the CPU may use now: access-tracked and MMIO entries need their table to be told.
          if ((value & 7n) === 0n || (value & 7n) === 6n) continue;
          const key = value & 0xfff0_0000_0000_0fffn;
          patterns.set(key, { value, count: (patterns.get(key)?.count ?? 0) + 1 });
        }
      }
      let right = 0;
      let all = 0;
      for (const { value, count } of patterns.values()) {
        all += count;
        if (guessEntry(value)[0]?.format.slice(0, 3) === capture.format.slice(0, 3)) right += count;
      }
      assert.ok(right >= all * 0.9, `${right} of ${all}`);
    });
  }
});
