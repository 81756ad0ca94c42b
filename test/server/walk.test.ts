import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  decodeRequest,
  type DecodeResponse,
  rootsRequest,
  type RootsResult,
  type WalkParams,
  walkRequest,
  type WalkReply,
  type WalkResponse,
} from '../../server/protocol';
import { clientsPerTest } from './clients-per-test';
import { hoverOn } from './hovers';
import { type LanguageClient, startLanguageClient } from './language-client';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const lines = dump.split('\n');

describe('walks in a file', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const ask = (params: WalkParams): Promise<WalkResponse> =>
    client.connection.sendRequest(walkRequest, params);
  const walk = async (params: WalkParams): Promise<WalkReply> => {
    const response = await ask(params);
    assert.ok('walk' in response, 'problem' in response ? response.problem : '');
    return response.walk;
  };
  const problem = async (params: WalkParams): Promise<string> => {
    const response = await ask(params);
    assert.ok('problem' in response, 'no problem');
    return response.problem;
  };

  it('list the levels, each with its entry, its meaning and its place in the dump', async () => {
    const uri = await client.open('npt.xp', dump);
    const reply = await walk({ uri, address: 'b8030c9' });
    assert.equal(reply.status, 'mapped');
    assert.equal(reply.physical, '0x1050030c9');
    assert.equal(reply.pageSize, 4096);
    assert.equal(reply.summary, 'GPA 0xb8030c9 → HPA 0x1050030c9, 4 KiB page, r w x, user.');
    assert.equal(reply.root, '0x103b30000');
    assert.equal(reply.format, 'npt64');
    assert.deepEqual(
      reply.rows.map(({ level, kind }) => `${level} ${kind}`),
      ['4 table', '3 table', '2 table', '1 leaf'],
    );
    const leaf = reply.rows[3]!;
    assert.equal(leaf.meaning, '4K rwxu → 0x105003000');
    assert.match(leaf.markdown, /^\*\*NPT leaf, 4 KiB/);
    const { line, start, end } = leaf.place!;
    assert.equal(lines[line]!.slice(start, end), '0x0000000105003e67');
  });

  it('tell MMIO, large pages and what is not mapped', async () => {
    const uri = await client.open('more.xp', dump);
    const mmio = await walk({ uri, address: '0xcd800000' });
    assert.equal(mmio.status, 'mmio');
    assert.match(mmio.summary, /^GPA 0xcd800000 is MMIO: level 1/);
    const huge = await walk({ uri, address: '0x19b9929cd' });
    assert.equal(huge.pageSize, 0x4000_0000);
    const none = await walk({ uri, address: '0x94faa77' });
    assert.equal(none.status, 'not-present');
    assert.match(none.summary, /is not mapped: level 1 \(page table\) entry/);
  });

  it('say which table is missing and how each debugger prints it', async () => {
    const two = readFileSync('samples/npt-6.1.two-tables.gdb.ptedump', 'utf8');
    const uri = await client.open('two.ptedump', two);
    const reply = await walk({ uri, address: '0x1000', root: '0x103b30000', format: 'npt64' });
    assert.equal(reply.status, 'missing');
    assert.match(
      reply.summary,
      /^The table at 0x103b2f000 isn't in this dump\. In QEMU: xp \/512gx/,
    );
    assert.deepEqual(reply.dumpCommands, [
      { tool: 'QEMU', command: 'xp /512gx 0x103b2f000' },
      { tool: 'gdb', command: 'x/512gx 0x103b2f000' },
      { tool: 'crash', command: 'rd -p -64 0x103b2f000 512' },
    ]);
    assert.equal(reply.rows.at(-1)!.place, null);
  });

  it('refuse what makes no sense, in one sentence', async () => {
    const uri = await client.open('bad.xp', dump);
    assert.match(await problem({ uri, address: '0x12g' }), /'0x12g' is no address/);
    assert.match(await problem({ uri, address: '0x12345678901234567' }), /is no address/);
    assert.match(await problem({ uri, address: '0x0', format: 'epd' }), /'epd' is no format/);
    assert.match(await problem({ uri, address: '0x0', root: 'x' }), /'x' is no address/);
    assert.match(await problem({ uri: 'file:///no', address: '0x0' }), /not open/);
    const empty = await client.open('empty.txt', 'nothing here\n');
    assert.match(await problem({ uri: empty, address: '0x0' }), /no dump of memory is in here/);
    const wide = await walk({ uri, address: '0xffffffffffffffff' });
    assert.equal(wide.status, 'non-canonical');
    assert.deepEqual(wide.rows, []);
  });

  it('say that a width of addresses was assumed, where it decides', async () => {
    // Bit 51 beside MMU-present (bit 11): no MMIO entry, and reserved unless addresses are that wide.
    const leaf = '0000000103b2d800: 0x0008000103cb5e67';
    const table = (address: string, entry: string): string => `${address}: 0x${entry}`;
    const text = [
      table('0000000103b30000', '0000000103b2f827'),
      table('0000000103b2f000', '0000000103b2e827'),
      table('0000000103b2e000', '0000000103b2d827'),
      leaf,
    ].join('\n');
    const named = 'pagewalk: format=npt64 kernel=6.1 root=0x103b30000 level=4';
    const asked = async (line: string): Promise<[string, string]> => {
      const all = `${line}\n${text}\n`;
      const uri = await client.open(`width-${String(line.length)}.xp`, all);
      const { status, summary } = await walk({ uri, address: '0x100000' });
      assert.equal(status, 'reserved');
      return [summary, await hoverOn(client, { text: all, word: '0x0008000103cb5e67' })];
    };
    for (const said of await asked(named)) {
      assert.match(said, /Nobody said how wide the CPU's addresses are: 51 bits are assumed/);
    }
    for (const said of await asked(`${named} maxphyaddr=46`)) {
      assert.match(said, /reserved|46 physical-address bits/);
      assert.doesNotMatch(said, /assumed, since/);
    }
  });

  it('offer the roots that were found, with what is assumed', async () => {
    const uri = await client.open('roots.xp', dump);
    const { roots, assumptions }: RootsResult = await client.connection.sendRequest(rootsRequest, {
      uri,
    });
    assert.equal(roots[0]!.address, '0x103b30000');
    assert.equal(roots[0]!.format, 'npt64');
    assert.ok(roots[0]!.evidence.length > 0);
    assert.equal(assumptions.root, '0x103b30000');
    assert.equal(assumptions.formatBasis, 'detected');
    assert.equal(assumptions.kernelBasis, 'detected');
    assert.match(assumptions.why, /kernel v5\.13 – v6\.9/);
  });
});

describe('decode of a value that stands in no file', () => {
  const start = clientsPerTest();
  it('says what it means, or what is wrong with it', async () => {
    const client = await start({ settings: { kernel: '6.1' } });
    const decode = (params: object): Promise<DecodeResponse> =>
      client.connection.sendRequest(decodeRequest, { uri: null, ...params });
    const good = await decode({ value: '600000067890b77', format: 'ept', level: 1 });
    assert.ok('markdown' in good);
    assert.match(good.markdown, /^\*\*EPT leaf, 4 KiB/);
    assert.match(good.markdown, /kernel 6\.1/i);
    for (const wrong of [
      { value: 'xyz' },
      { value: '0x1', format: 'no' },
      { value: '1', kernel: 'a' },
    ]) {
      assert.ok('problem' in (await decode(wrong)), JSON.stringify(wrong));
    }
  });
});
