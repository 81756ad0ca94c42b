import assert from 'node:assert/strict';
import fc from 'fast-check';

import { foldEntries } from '../../../../src-core/sim/view/fold-entries';

describe('folded entries', () => {
  const folds = (values: string, single = '!', least = 2) =>
    foldEntries(values.length, {
      single: (index) => values[index] === single,
      alike: (index) => values[index] === values[index - 1],
      least: () => least,
    });

  it('puts neighbours together that are alike', () => {
    assert.deepEqual(folds('aabccc'), [
      { first: 0, count: 2 },
      { first: 2, count: 1 },
      { first: 3, count: 3 },
    ]);
  });

  it('lists a run that is too short one by one', () => {
    assert.deepEqual(folds('aab', '!', 3), [
      { first: 0, count: 1 },
      { first: 1, count: 1 },
      { first: 2, count: 1 },
    ]);
  });

  it('keeps a single entry out of the run beside it', () => {
    assert.deepEqual(folds('aa!!aa'), [
      { first: 0, count: 2 },
      { first: 2, count: 1 },
      { first: 3, count: 1 },
      { first: 4, count: 2 },
    ]);
  });

  it('has every entry exactly once, in order, and only alike ones together', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '!'), { maxLength: 60 });
    fc.assert(
      fc.property(letters, fc.integer({ min: 2, max: 5 }), (list, least) => {
        const values = list.join('');
        let next = 0;
        for (const { first, count } of folds(values, '!', least)) {
          assert.equal(first, next);
          assert.ok(count === 1 || count >= least);
          assert.equal(new Set(values.slice(first, first + count)).size, 1);
          next += count;
        }
        assert.equal(next, values.length);
      }),
    );
  });
});
