import assert from 'node:assert/strict';

import {
  type Detection,
  findEntryFormat,
  type RootCandidate,
  TextIndex,
} from '../../../src-core/index';
import { chooseTables, TableChoice } from '../../../server/table-choice';

const { memory } = new TextIndex('0000000000001000: 0x0000000000002067 0x0000000000000000\n');
const never = (): Detection => assert.fail('nothing to detect');

function candidate(more: Partial<RootCandidate>): RootCandidate {
  return {
    address: 0x1000n,
    format: 'npt64',
    levels: 4,
    score: 0.9,
    evidence: ['so it is'],
    ...more,
  };
}

function choose(
  hints: Omit<Parameters<typeof chooseTables>[1], 'cpu'>,
  detect: () => Detection = never,
): TableChoice {
  const tables = chooseTables(memory, { cpu: {}, ...hints }, detect);
  assert.ok(tables instanceof TableChoice);
  return tables;
}

describe('the tables to walk', () => {
  it('are the ones given, and nothing is looked for', () => {
    const format = findEntryFormat('ept')!;
    // A whole EPTP: 4 levels, write-back.
    const tables = choose({ format, root: 0x101en, levels: 4 });
    assert.equal(tables.root, 0x1000n);
    assert.equal(tables.formatGround.basis, 'given');
    assert.equal(tables.rootGround.basis, 'given');
  });

  it('are the best candidate’s where something is missing', () => {
    const roots = [candidate({}), candidate({ format: 'guest64', score: 0.7 })];
    const tables = choose({}, () => ({ roots }));
    assert.equal(tables.format.name, 'npt64');
    assert.deepEqual(tables.formatGround, { basis: 'detected', why: 'NPT: so it is' });
    assert.equal(tables.rootGround.basis, 'detected');
  });

  it('are not certain where another format fits nearly as well', () => {
    const roots = [candidate({}), candidate({ format: 'guest64', score: 0.85 })];
    const tables = choose({}, () => ({ roots }));
    assert.deepEqual(tables.formatGround, {
      basis: 'assumed',
      why: 'NPT assumed, x86-64 fits nearly as well: so it is',
    });
  });

  it('have the usual number of levels where root and format alone are known', () => {
    const format = findEntryFormat('guest-pae')!;
    assert.equal(choose({ format, root: 0x1000n }, () => ({ roots: [] })).levels, 3);
  });

  it('are none where nothing was found, and the sentence says what would help', () => {
    const none = chooseTables(memory, { cpu: {} }, () => ({ roots: [] }));
    assert.match('problem' in none ? none.problem : '', /name the root and the format/);
    const empty = chooseTables(new TextIndex('').memory, { cpu: {} }, () => ({ roots: [] }));
    assert.match('problem' in empty ? empty.problem : '', /xp \/512gx/);
    const format = findEntryFormat('pae')!;
    const wrong = chooseTables(memory, { cpu: {}, format, root: 0n, levels: 4 }, never);
    assert.match('problem' in wrong ? wrong.problem : '', /PAE.* has 3 levels, not 4/);
  });
});
