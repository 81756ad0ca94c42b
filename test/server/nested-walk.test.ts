import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  type AccessChoices,
  accessChoicesRequest,
  type AccessParams,
  accessRequest,
  type AccessResponse,
  type WalkParams,
  walkRequest,
  type WalkReply,
  type WalkResponse,
} from '../../server/protocol';
import { bothTables, entryWord } from '../golden/nested-tables';
import { sharedPlace } from '../golden/places';
import { hoverOn } from './hovers';
import { type LanguageClient, startLanguageClient } from './language-client';
import { runCli } from './run-cli';

describe('walks in two dimensions', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const walk = async (params: WalkParams): Promise<WalkReply> => {
    const response = await client.connection.sendRequest<WalkResponse>(walkRequest, params);
    assert.ok('walk' in response, 'problem' in response ? response.problem : '');
    return response.walk;
  };

  for (const [levels, references] of [
    [4, 24],
    [5, 35],
  ] as const) {
    it(`number every reference: ${references} with ${levels} levels on both sides`, async () => {
      const uri = await client.open(`both-${levels}.xp`, bothTables(levels));
      const reply = await walk({
        uri,
        address: '0x123',
        root: '0x1000',
        format: 'guest64',
        levels,
        second: { root: '0x10000', format: 'ept', levels },
      });
      const output = 0x1000 * (levels + 1) + 0x123;
      assert.equal(reply.status, 'mapped');
      assert.equal(
        reply.summary,
        `GVA 0x123 → GPA 0x${output.toString(16)} → HPA 0x${(0x20000 + output).toString(16)}, 4 KiB page, r w x. ${references} memory references.`,
      );
      assert.deepEqual(
        reply.rows.map(({ reference }) => reference!.number),
        Array.from({ length: references }, (_, at) => at + 1),
      );
      const inner = '2'.repeat(levels);
      assert.equal(
        reply.rows.map(({ reference }) => reference!.dimension).join(''),
        `${inner}1`.repeat(levels) + inner,
      );
      assert.deepEqual(reply.second, {
        root: '0x10000',
        format: 'ept',
        levels,
        addresses: ['GVA', 'GPA', 'HPA'],
        intermediate: `0x${output.toString(16)}`,
      });
      // The guest's own entry stands where the second dimension puts it.
      const entry = reply.rows[levels]!;
      assert.equal(entry.entryAddress, '0x1000');
      assert.deepEqual([entry.reference!.name, entry.place!.line], ['guest', 0]);
      assert.match(entry.markdown, /At 0x1000 for the guest, 0x21000 in this memory/);
    });
  }

  it('follow from the comment line', async () => {
    const head = '# pagewalk: format=guest64 root=0x1000 level=4 second=0x1001e second-format=ept';
    const uri = await client.open('said.xp', `${head}\n${bothTables(4)}`);
    const reply = await walk({ uri, address: '0x123' });
    assert.equal(reply.physical, '0x25123');
    assert.equal(reply.rows.length, 24);
    // The dumps' own tables are the second dimension's.
    const entry = reply.rows[0]!;
    assert.match(entry.markdown, /EPT/);
    const text = `${head}\n${bothTables(4)}`;
    assert.match(await hoverOn(client, { text, word: '0x0000000000011007' }), /EPT/);
    assert.match(await hoverOn(client, { text, word: '0x0000000000002007' }), /x86-64/);
  });

  it('say whether an access would fault, and in which dimension', async () => {
    // The page's EPT leaf is read-only (bit 1 clear).
    const text = bothTables(4).replace(entryWord(0x25037), entryWord(0x25035));
    const uri = await client.open('ro.xp', text);
    const second = { root: '0x10000', format: 'ept', levels: 4 };
    const question = {
      uri,
      address: '0x123',
      root: '0x1000',
      format: 'guest64',
      levels: 4,
      second,
    };
    const ask = async (access: AccessParams['access']) => {
      const params: AccessParams = { ...question, access, options: {} };
      const response = await client.connection.sendRequest<AccessResponse>(accessRequest, params);
      assert.ok('access' in response, JSON.stringify(response));
      assert.equal(response.walk.rows.length, 24);
      return response.access;
    };
    assert.equal((await ask('read')).allowed, true);
    const write = await ask('write');
    assert.equal(write.allowed, false);
    assert.match(write.summary, /EPT violation/);
    assert.match(write.why, /^EPT: /);
    const choices = await client.connection.sendRequest<AccessChoices>(
      accessChoicesRequest,
      question,
    );
    const names = choices.options.map(({ name }) => name);
    assert.ok(names.includes('cr0-wp') && names.includes('mbec'), names.join(' '));
  });

  it('say which table of which dimension is not there', async () => {
    const lines = bothTables(4).split('\n');
    const cut = lines.filter((text) => !text.startsWith('0000000000023000')).join('\n');
    const uri = await client.open('cut.xp', cut);
    const second = { root: '0x10000', format: 'ept', levels: 4 };
    const question = { uri, address: '0x123', root: '0x1000', format: 'guest64', levels: 4 };
    const missing = await walk({ ...question, second });
    assert.equal(missing.status, 'missing');
    assert.match(missing.summary, /^GVA 0x123: The table at 0x23000 isn't in this dump/);
    assert.equal(missing.dumpCommands[0]!.command, 'xp /512gx 0x23000');
    const response = await client.connection.sendRequest<WalkResponse>(walkRequest, {
      uri,
      address: '0x0',
      second,
    });
    assert.ok('problem' in response);
    assert.equal(response.problem, 'A second dimension needs the guest’s own root.');
  });

  const folder = sharedPlace('external', 'qemu-arm64');
  if (folder !== undefined) {
    it('answer as QEMU does for both stages of arm64, set up by registers', async () => {
      const image = JSON.parse(readFileSync(`${folder}/qemu-arm64-s1s2-4k-1.json`, 'utf8')) as {
        registers: Record<string, string>;
        gva2gpa: { va: string; answer: string }[];
      };
      const { registers } = image;
      const names = { ttbr: 'TTBR0_EL1', tcr: 'TCR_EL1', vttbr: 'VTTBR_EL2', vtcr: 'VTCR_EL2' };
      const said = Object.entries(names).map(([key, name]) => `${key}=${registers[name]!}`);
      // QEMU's monitor does not look at the access flag.
      const head = `# pagewalk: ${said.join(' ')} ignore_access_flag=true`;
      const text = readFileSync(`${folder}/qemu-arm64-s1s2-4k-1.xp`, 'utf8');
      const uri = await client.open('s1s2.xp', `${head}\n${text}`);
      // All of them are walked by the core's own test; here it is the way through the server.
      const some = image.gva2gpa.filter((_, at) => at % 4 === 0);
      let mapped = 0;
      for (const { va, answer } of some) {
        const reply = await walk({ uri, address: va });
        const expected = /0x[0-9a-f]+/.exec(answer)?.[0];
        if (expected === undefined) {
          // QEMU asks as a load: what cannot be read is unmapped to it.
          assert.ok(reply.physical === null || / page, - /.test(reply.summary), reply.summary);
          continue;
        }
        mapped++;
        assert.equal(reply.physical, `0x${BigInt(expected).toString(16)}`, va);
        assert.deepEqual(reply.second!.addresses, ['VA', 'IPA', 'PA']);
        assert.ok(reply.rows.length <= 4 * 4 + 3, va);
      }
      console.log(`      ${some.length} of ${some.length}, ${mapped} mapped`);
    });
  }

  it('are told by the command line with their numbers', async () => {
    const head = '# pagewalk: format=guest64 root=0x1000 level=4 second=0x1001e second-format=ept';
    const { stdout } = await runCli(['walk', '-', '0x123'], `${head}\n${bothTables(4)}`);
    assert.match(stdout, /GVA 0x123 → GPA 0x5123 → HPA 0x25123, .* 24 memory references\./);
    assert.match(stdout, /^ {2}1 +EPT +level 4 .*0x11007/m);
    assert.match(stdout, /^ {2}5 +guest +level 4 .*0x2007/m);
    assert.match(stdout, /^ {2}24 +EPT +level 1 /m);
  });

  it('leave what looks through whole tables to the memory’s own', async () => {
    const head = '# pagewalk: format=guest64 root=0x1000 level=4 second=0x1001e second-format=ept';
    const text = `${head}\n${bothTables(4)}`;
    const map = await runCli(['map', '-', '--json'], text);
    assert.match(map.stdout, /"start":"0x0","end":"0x6000","physical":"0x20000"/);
    const audit = await runCli(['audit', '-', '--json'], text);
    assert.equal(audit.stderr, '');
  });
});
