import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver-protocol/node';

import {
  accessRequest,
  type AccessResponse,
  rootsRequest,
  type RootsResult,
  type TraceChange,
  traceDifferenceRequest,
  type TraceDifferenceResponse,
  type TraceLineReply,
  traceLineRequest,
  traceTablesRequest,
  type TraceTablesResponse,
  type WalkReply,
  walkRequest,
  type WalkResponse,
} from '../../server/protocol';
import { sharedPlace } from '../golden/places';
import { hoverOn } from './hovers';
import { type LanguageClient, startLanguageClient } from './language-client';

const trace = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');
const lines = trace.split('\n');
/** The line, from 0, on which an event first says this. */
function lineOf(words: string): number {
  const line = lines.findIndex((text) => text.includes(words));
  assert.ok(line >= 0, words);
  return line;
}
const rootMade = lineOf('gfn 0 l4 8-byte');
const linked = lineOf('gfn 0 level 2 old_spte 0');
const leaf = lineOf('gfn 100 level 1 old_spte 0');

describe('time in a trace', () => {
  let client: LanguageClient;
  let uri: string;
  before(async () => {
    client = await startLanguageClient({ initializationOptions: { commandLinks: true } });
    uri = await client.open('npt-6.1.kvmtrace', trace, 'pagewalk-trace');
  });
  after(() => client.stop());

  const ask = <R>(method: string, params: object): Promise<R> =>
    client.connection.sendRequest(method, params);
  const walk = async (line: number, address: string, of = uri): Promise<WalkReply> => {
    const response = await ask<WalkResponse>(walkRequest, { uri: of, line, address });
    assert.ok('walk' in response, 'problem' in response ? response.problem : '');
    return response.walk;
  };
  const tables = async (line: number, of = uri): Promise<string> => {
    const response = await ask<TraceTablesResponse>(traceTablesRequest, { uri: of, line });
    assert.ok('text' in response, 'problem' in response ? response.problem : '');
    return response.text;
  };

  it('walks an address as of a line; each level is at the line that set it', async () => {
    const { status, physical, root, format, rows } = await walk(leaf, '0x100123');
    assert.deepEqual(
      { status, physical, root, format },
      { status: 'mapped', physical: '0x103cb5123', root: '0x103b30000', format: 'npt64' },
    );
    assert.equal(rows.length, 4);
    for (const { entry, place } of rows) {
      assert.ok(place);
      const told = lines[place.line]!.slice(place.start, place.end);
      assert.equal(BigInt(`0x${told}`), BigInt(entry!));
      assert.ok(place.line <= leaf);
    }
    assert.match(rows[3]!.markdown, new RegExp(`Set at line ${leaf + 1}\\.`));
  });

  it('knows what was not there yet, and no more than the lines tell', async () => {
    const before = await walk(leaf - 1, '0x100123');
    assert.equal(before.status, 'not-present');
    assert.deepEqual(
      before.rows.map(({ kind }) => kind),
      ['table', 'table', 'table', 'not-present'],
    );
    const older = await client.open('tail.kvmtrace', lines.slice(linked).join('\n'));
    const unknown = await walk(0, '0x100123', older);
    assert.equal(unknown.status, 'missing');
    assert.match(unknown.summary, /^GPA 0x100123 as of line 1: unknown\. No line up to there/);
    assert.deepEqual(unknown.dumpCommands, []);
  });

  it('says whether an access would fault as of a line', async () => {
    const question = { uri, address: '0x100123', access: 'write', options: { user: true } };
    const at = (line: number) => ask<AccessResponse>(accessRequest, { ...question, line });
    const [none, there] = [await at(leaf - 1), await at(leaf)];
    assert.ok('access' in none && 'access' in there);
    assert.equal(none.access.allowed, false);
    assert.equal(there.access.allowed, true);
  });

  it('tells the tables as a dump that walks as the trace does', async () => {
    const text = await tables(leaf);
    assert.match(text, /^# pagewalk: format=npt64 \S+ root=0x103b30000 level=4$/m);
    assert.match(
      text,
      new RegExp(`^0000000103b2d800: 0x0000000103cb5e67 {2}# L1 gfn 0x100, line ${leaf + 1}$`, 'm'),
    );
    assert.equal(text.match(/# L\d/g)?.length, 4);
    const dump = await client.open('as-of.ptedump', text);
    const response = await ask<WalkResponse>(walkRequest, { uri: dump, address: '0x100123' });
    assert.ok('walk' in response);
    assert.equal(response.walk.physical, '0x103cb5123');
    assert.doesNotMatch(await tables(rootMade + 1), /# L\d/);
  });

  it('says what is taken for granted of entries that a split made', async () => {
    const split = lineOf('gfn b800 level 2 old_spte 105000ee7');
    const { rows, physical } = await walk(split, '0xb803123');
    // 0x105000ee7 without bit 7, its fourth page: make_huge_page_split_spte().
    assert.deepEqual([rows.at(-1)!.entry, physical], ['0x105003e67', '0x105003123']);
    assert.match(
      rows.at(-1)!.markdown,
      /by the split of a huge page at line 530; no line names it since\. Its right/,
    );
    assert.match(await tables(split), /^# Of 4 KiB entries by a split: Its right to execute is/m);
    assert.doesNotMatch(await tables(leaf), /by a split/);
  });

  it('tells what differs between two lines, from the one to the other', async () => {
    const differ = async (line: number, otherLine: number) => {
      const params = { uri, line, otherLine };
      const response = await ask<TraceDifferenceResponse>(traceDifferenceRequest, params);
      assert.ok('changes' in response);
      return response;
    };
    const change: TraceChange = {
      level: 1,
      addressSpace: 0,
      gfn: '0x100',
      entryAddress: null,
      old: '0x0',
      value: '0x103cb5e67',
    };
    const forth = await differ(leaf - 1, leaf);
    assert.deepEqual(forth.changes, [change]);
    assert.equal(forth.summary, `1 entry differs between line ${leaf} and line ${leaf + 1}.`);
    const back = await differ(leaf, leaf - 1);
    assert.deepEqual(back.changes, [{ ...change, old: change.value, value: change.old }]);
    assert.deepEqual((await differ(leaf, leaf)).changes, []);
  });

  it('names the address that a line is about', async () => {
    const about = (line: number) => ask<TraceLineReply>(traceLineRequest, { uri, line });
    assert.equal((await about(leaf)).address, '0x100000');
    assert.equal((await about(0)).address, null);
  });

  it('hover: when the entry was set before and after, and links to that moment', async () => {
    const pointed = (word: string) => ({ text: trace, word, languageId: 'pagewalk-trace' });
    const first = await hoverOn(client, pointed('gfn 100 level 1 old_spte 0'));
    assert.match(first, /\[Walk as of this line\]\(command:pagewalk\.walkAsOf\?/);
    assert.match(first, /\[Table as of this line\]\(command:pagewalk\.tableAsOf\?/);
    assert.doesNotMatch(first, /set before/i);
    // Line 25 maps the page and line 129 maps it again; line 26 tells of the first once more.
    const zapped = await hoverOn(client, pointed('gfn 100 level 1 old_spte 103cb5e67 new_spte 0'));
    assert.match(zapped, /^Set before: line 2[56] · set again: line 129$/m);
  });

  it('follows edits, and refuses what makes no sense in one sentence', async () => {
    const own = await client.open('edited.kvmtrace', trace, 'pagewalk-trace');
    assert.equal((await walk(leaf, '0x100123', own)).physical, '0x103cb5123');
    await client.change(own, trace.replaceAll('103cb5e67', '103cb4e67'));
    assert.equal((await walk(leaf, '0x100123', own)).physical, '0x103cb4123');
    const dump = await client.open('dump.xp', readFileSync('samples/npt-6.1.xp', 'utf8'));
    const rows: [object, RegExp][] = [
      [{ uri, line: lines.length + 5 }, /^There is no line/],
      [{ uri, line: -1 }, /^There is no line/],
      [{ uri, line: 3 }, /^No root is known at line 4/],
      [{ uri: dump, line: 3 }, /^This file tells no change of an entry/],
      [{ uri: 'file:///no', line: 3 }, /not open/],
    ];
    for (const [params, message] of rows) {
      for (const method of [traceTablesRequest, walkRequest, traceDifferenceRequest]) {
        const all = { address: '0x0', otherLine: leaf, ...params };
        const response = await ask<{ problem?: string }>(method, all);
        assert.match(response.problem ?? '', message, method);
      }
    }
  });

  it('stops where nobody waits for the answer any more', async () => {
    const source = new CancellationTokenSource();
    const long = await client.open('long.kvmtrace', trace.repeat(60), 'pagewalk-trace');
    const params = { uri: long, line: leaf };
    const answer = client.connection.sendRequest(traceTablesRequest, params, source.token);
    source.cancel();
    await assert.rejects(answer, { code: LSPErrorCodes.RequestCancelled });
  });

  it('answers others while a long trace is replayed', async () => {
    const long = await client.open('longer.kvmtrace', trace.repeat(400), 'pagewalk-trace');
    const other = { text: trace, word: 'gfn 100 level 1 old_spte 0', languageId: 'pagewalk-trace' };
    // Opening it takes its time as well, which is none of the replay's.
    await ask<TraceLineReply>(traceLineRequest, { uri: long, line: leaf });
    const order: string[] = [];
    const walked = walk(leaf, '0x100123', long).then((reply) => {
      order.push('walk');
      return reply;
    });
    const hovered = hoverOn(client, other).then(() => order.push('hover'));
    assert.equal((await walked).physical, '0x103cb5123');
    await hovered;
    assert.deepEqual(order, ['hover', 'walk']);
  }).timeout(60_000);

  it('walks through the tables at the end where no line is named, and says so', async () => {
    const { trace: alone, roots } = await ask<RootsResult>(rootsRequest, { uri });
    assert.deepEqual([alone, roots], [true, []]);
    const last = lines.findLastIndex((text) => text !== '');
    const asked = async (address: string): Promise<WalkReply> => {
      const response = await ask<WalkResponse>(walkRequest, { uri, address });
      assert.ok('walk' in response, 'problem' in response ? response.problem : '');
      return response.walk;
    };
    const there = await asked('0x100123');
    const named = await walk(last, '0x100123');
    assert.deepEqual([there.rows, there.physical], [named.rows, named.physical]);
    assert.equal(there.summary, `${named.summary} As of the trace's end, line ${last + 1}.`);
    const access = { uri, address: '0x100123', access: 'read', options: { user: true } };
    assert.ok('access' in (await ask<AccessResponse>(accessRequest, access)));
    // A root that is named is looked for in dumps, of which there are none.
    const params = { uri, address: '0x0', root: '0x103b30000' };
    assert.ok('problem' in (await ask<WalkResponse>(walkRequest, params)));
  });

  const captures = sharedPlace('captures', 'x86');
  const counts = captures
    ? ([
        ['npt-6.1', 292],
        ['ept-6.12', 429],
      ] as const)
    : [];
  for (const [name, count] of counts) {
    it(`walks as the machine did at the end of its trace: ${name}, ${count} of ${count}`, async () => {
      const folder = path.join(captures!, name);
      const text = readFileSync(path.join(folder, 'trace.txt'), 'utf8');
      const cases = JSON.parse(
        readFileSync(path.join(folder, 'translations.json'), 'utf8'),
      ) as Translation[];
      const own = await client.open(`capture-${name}.kvmtrace`, text, 'pagewalk-trace');
      const last = text.split('\n').length - 1;
      let compared = 0;
      for (const { gpa, status, hpa } of cases) {
        if (gpa === undefined) continue;
        const reply = await walk(last, gpa, own);
        assert.equal(reply.status, status, gpa);
        if (status === 'mapped') assert.equal(BigInt(reply.physical!), BigInt(hpa!), gpa);
        compared++;
      }
      assert.equal(compared, count);
    }).timeout(60_000);
  }
});

interface Translation {
  readonly gpa?: string;
  readonly status: string;
  readonly hpa?: string;
}
