import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bitField,
  bitMask,
  formatWord,
  highHalf,
  joinHalves,
  lowHalf,
  parseWord,
  setBits,
} from '../../src-core/word';

const anyWord = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

describe('word', () => {
  it('keeps bit 63 through halves and text', () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        assert.equal(joinHalves(lowHalf(word), highHalf(word)), word);
        assert.equal(parseWord(formatWord(word)), word);
      }),
    );
  });

  it('reads what people paste, and refuses what is no 64-bit word', () => {
    assert.equal(parseWord('0x8000000000000000'), 1n << 63n);
    assert.equal(parseWord('600000067890B77'), 0x600000067890b77n);
    assert.equal(parseWord('ffff8881`0a3b5a28'), 0xffff88810a3b5a28n);
    assert.equal(parseWord('00000000000000000001'), 1n);
    for (const text of ['', '0x', 'xyz', '0x10000000000000000', '12 34']) {
      assert.equal(parseWord(text), undefined, text);
    }
  });

  it('cuts fields', () => {
    assert.equal(bitMask(51, 12), 0x000f_ffff_ffff_f000n);
    assert.equal(bitField(0x0600_0000_6789_0b77n, 51, 12), 0x67890n);
    assert.deepEqual(setBits(0x8000_0000_0000_0003n), [63, 1, 0]);
  });
});
