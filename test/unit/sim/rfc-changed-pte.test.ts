import assert from 'node:assert/strict';

import { readRfcCases, rfcOutcomeJson, runRfcCase } from '../../../src-core/sim/rfc-case';
import { goldenRfcChanges } from '../../golden/rfc-changed-pte';

describe('changed entries of the 2019 RFC', () => {
  for (const { name, read } of goldenRfcChanges) {
    const file = read();
    const cases = readRfcCases(file);
    file.cases.forEach((expected, number) => {
      it(`${name} ${number}: ${expected.kind}, level ${expected.level}`, () => {
        assert.ok(Array.isArray(cases));
        const answer = rfcOutcomeJson(runRfcCase(cases[number]!));
        for (const [key, value] of Object.entries(answer)) {
          assert.deepEqual(value, expected[key as keyof typeof answer], key);
        }
      });
    });
  }

  it('says where a file makes no sense', () => {
    assert.deepEqual(readRfcCases({}), {
      problems: [{ pointer: '/cases', message: 'a list of cases is expected' }],
    });
    const bad = readRfcCases({ cases: [{ gfn: '0x0', level: 2, old_pte: 'x', new_pte: '0x0' }] });
    assert.ok('problems' in bad);
    assert.equal(bad.problems[0]!.pointer, '/cases/0/old_pte');
  });
});
