import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  accessChoicesRequest,
  type AccessChoices,
  type AccessParams,
  accessRequest,
  type AccessResponse,
} from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from './language-client';

const root = '0x103b30000';

describe('would this access fault, asked of the server', () => {
  let client: LanguageClient;
  let uri: string;
  before(async () => {
    client = await startLanguageClient();
    uri = await client.open('npt-6.1.xp', readFileSync('samples/npt-6.1.xp', 'utf8'));
  });
  after(() => client.stop());

  const ask = (
    address: string,
    access: AccessParams['access'],
    options: AccessParams['options'] = {},
    more: Partial<AccessParams> = {},
  ): Promise<AccessResponse> =>
    client.connection.sendRequest(accessRequest, {
      uri,
      address,
      root,
      access,
      options,
      ...more,
    });

  it('offers what the format’s rules ask for', async () => {
    const choices = await client.connection.sendRequest<AccessChoices>(accessChoicesRequest, {
      uri,
      root,
    });
    assert.equal(choices.format, 'npt64');
    const names = choices.options.map(({ name }) => name);
    assert.ok(names.includes('gmet') && names.includes('guest-table'));
    assert.ok(!names.includes('smap') && !names.includes('pan'));
  });

  it('allows what every level grants', async () => {
    // Given in the capture: guest page 0xb8030c9 is mapped writable.
    const answer = await ask('b8030c9', 'write');
    assert.ok('access' in answer);
    assert.equal(answer.access.allowed, true);
    assert.equal(answer.walk.physical, '0x1050030c9');
    assert.equal(answer.access.question, 'write');
    assert.deepEqual(answer.walk.accesses, [
      'Guest: read allowed · write allowed · execute allowed',
    ]);
  });

  it('names the fault, its word, and the entry that decides', async () => {
    // Given in the capture: guest page 0x94fa is not mapped.
    const answer = await ask('94faa77', 'write');
    assert.ok('access' in answer);
    const { access, walk } = answer;
    assert.equal(access.allowed, false);
    assert.match(access.summary, /^faults: NPF, EXITINFO1 0x100000006$/);
    assert.equal(access.fault?.value, '0x100000006');
    assert.match(access.fault.markdown, /EXITINFO1/);
    assert.equal(access.decidedBy?.entryAddress, walk.rows.at(-1)!.entryAddress);
    assert.deepEqual(access.decidedBy.bits, [0]);
  });

  it('tells the flags that the CPU would set', async () => {
    const text =
      '# pagewalk: format=guest64 root=0x1000 level=4\n' +
      '0000000000001000: 0x0000000000002027\n0000000000002000: 0x0000000000003027\n' +
      '0000000000003000: 0x0000000000004027\n0000000000004000: 0x0000000000005027\n';
    const own = await client.open('guest', text);
    const answer = await ask('0x123', 'write', { user: true }, { uri: own, root: '0x1000' });
    assert.ok('access' in answer);
    assert.equal(answer.access.allowed, true);
    assert.deepEqual(
      answer.access.sets.map(({ entryAddress, before: old, after: next }) => [
        entryAddress,
        old,
        next,
      ]),
      [['0x4000', '0x5027', '0x5067']],
    );
    assert.match(answer.access.sets[0]!.summary, /sets bit 6 of the level 1/);
  });

  it('says what is wrong with the question', async () => {
    const problem = async (answer: Promise<AccessResponse>) => {
      const given = await answer;
      return 'problem' in given ? given.problem : '';
    };
    assert.match(await problem(ask('zz', 'read')), /no address/);
    assert.match(await problem(ask('1000', 'read', { colour: true })), /option 'colour'/);
    assert.match(await problem(ask('1000', 'read', { pkru: 'x' })), /no value for 'pkru'/);
  });
});
