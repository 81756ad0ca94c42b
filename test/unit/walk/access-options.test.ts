import assert from 'node:assert/strict';
import { accessFacts } from '../../../src-core/walk/access-answer';
import { accessOptions, parseAccess } from '../../../src-core/walk/access-options';
import { checkAccess } from '../../../src-core/walk/access';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { walkTables } from './tables';

describe('access options', () => {
  it('are read as the command line writes them', () => {
    assert.deepEqual(parseAccess('write', { user: true, 'cr0-wp': true, pkru: '0xc' }), {
      access: { type: 'write', user: true, cr0Wp: true, pkru: 12n },
    });
    assert.deepEqual(parseAccess('fetch', { nxe: 'off', smep: undefined }), {
      access: { type: 'execute', nxe: false },
    });
  });

  it('say what was not understood', () => {
    assert.deepEqual(parseAccess('jump', { pkru: true, colour: 'red', user: 'maybe' }), {
      problems: [
        "'jump' is no access: read, write or execute",
        "'true' is no value for 'pkru'",
        "unknown access option 'colour'",
        "'maybe' is no value for 'user'",
      ],
    });
  });

  it('have each name once', () => {
    assert.equal(new Set(accessOptions.map(({ name }) => name)).size, accessOptions.length);
    assert.equal(
      new Set(accessOptions.map((option) => option.property)).size,
      accessOptions.length,
    );
  });
});

describe('answers in the form of the contract', () => {
  const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });
  const walk = (...entries: [bigint, bigint][]) =>
    walkTables(new Map(entries), compiled, 0x1000n, 0n);

  it('a fault names its word, the entry and the bit', () => {
    const answer = checkAccess(walk([0x1000n, 0x2025n]), compiled, { type: 'read', user: true });
    assert.deepEqual(accessFacts(answer), {
      allowed: false,
      exception: '#PF',
      error_code: '0x4',
      why: 'not present at level 3',
      decided_by: {
        level: 3,
        entry_address: '0x2000',
        entry: '0x0',
        bits: [0],
        why: 'not present at level 3',
      },
      sets: [],
    });
  });

  it('flags that are set stand with their entry', () => {
    const path: [bigint, bigint][] = [
      [0x1000n, 0x2027n],
      [0x2000n, 0x3007n],
      [0x3000n, 0x87n],
    ];
    const answer = checkAccess(walk(...path), compiled, { type: 'write', user: true });
    assert.deepEqual(accessFacts(answer)['sets'], [
      { level: 3, entry_address: '0x2000', before: '0x3007', after: '0x3027' },
      { level: 2, entry_address: '0x3000', before: '0x87', after: '0xe7' },
    ]);
  });

  it('what the memory does not hold is unknown, not allowed', () => {
    const lost = { ...walk([0x1000n, 0x2027n]), status: 'missing' as const, missing: 0x2000n };
    const cut = { ...lost, steps: lost.steps.slice(0, 1) };
    const answer = checkAccess(cut, compiled, { type: 'read' });
    assert.equal(answer.allowed, null);
    assert.equal(answer.exception, null);
    assert.match(answer.why, /table at 0x2000 is not in the memory given/);
  });

  it('an address that is not canonical is a #GP', () => {
    const outside = { ...walk(), steps: [], status: 'non-canonical' as const, address: 1n << 60n };
    const answer = checkAccess(outside, compiled, { type: 'read' });
    assert.equal(answer.exception, '#GP');
    assert.equal(accessFacts(answer)['error_code'], '0x0');
  });
});
