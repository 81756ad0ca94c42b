import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import {
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
} from 'vscode-languageserver-protocol/node';

import { type ScenarioFromResponse, scenarioFromRequest } from '../../server/protocol';
import { readScenario, simulate } from '../../src-core/index';
import { sharedPlace } from '../golden/places';
import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';

const folder = 'samples/scenarios';
const first = readFileSync(`${folder}/first-faults.pagewalk.json`, 'utf8');

/** Problems as `marked text: message`. */
async function problems(client: LanguageClient, text: string): Promise<string[]> {
  const uri = await client.open(`${Math.random()}.pagewalk.json`, text, 'json');
  const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, {
    textDocument: { uri },
  });
  assert.equal(report.kind, DocumentDiagnosticReportKind.Full);
  const lines = text.split('\n');
  return report.items.map(({ range: { start, end }, message, code, source }) => {
    assert.deepEqual([code, source, start.line], ['scenario', 'pagewalk', end.line]);
    return `${lines[start.line]!.slice(start.character, end.character)}: ${typeof message === 'string' ? message : message.value}`;
  });
}

interface Written {
  readonly title: string;
  readonly about: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly tables: readonly unknown[];
  readonly roots: readonly { readonly pa: string }[];
}

describe('scenarios from files', () => {
  const start = clientsPerTest();

  const from = (client: LanguageClient, uri: string, line?: number) =>
    client.connection.sendRequest<ScenarioFromResponse>(scenarioFromRequest, {
      uri,
      ...(line !== undefined && { line }),
    });

  const read = async (client: LanguageClient, response: ScenarioFromResponse): Promise<Written> => {
    if ('problem' in response) assert.fail(response.problem);
    assert.deepEqual(await problems(client, response.text), []);
    return JSON.parse(response.text) as Written;
  };

  it('begin with the tables of a dump', async () => {
    const client = await start();
    const uri = await client.open('npt-6.1.xp', readFileSync('samples/npt-6.1.xp', 'utf8'));
    const { title, machine, tables, roots } = await read(client, await from(client, uri));
    assert.equal(title, 'From npt-6.1.xp');
    assert.deepEqual(
      [machine['kernel'], machine['format'], machine['levels']],
      ['6.1', 'npt64', 4],
    );
    // The README of the captures: 28 tables below 0x103b30000.
    assert.deepEqual([tables.length, roots], [28, [{ pa: '0x103b30000' }]]);
  });

  it('begin with the tables as of a line of a trace', async () => {
    const client = await start();
    const text = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');
    const uri = await client.open('npt-6.1.kvmtrace', text, 'pagewalk-trace');
    const { title, machine, tables, roots } = await read(client, await from(client, uri, 500));
    assert.equal(title, 'From npt-6.1.kvmtrace, line 501');
    assert.equal(machine['format'], 'npt64');
    assert.deepEqual(roots, [{ pa: '0x103b30000' }]);
    const late = await read(client, await from(client, uri));
    assert.ok(late.tables.length >= tables.length && tables.length > 0);
  });

  it('give tables that no line places an address, and say so', async () => {
    const client = await start();
    const text = readFileSync('samples/ept-6.12.kvmtrace', 'utf8');
    const uri = await client.open('ept-6.12.kvmtrace', text, 'pagewalk-trace');
    const { about, machine } = await read(client, await from(client, uri, 100));
    assert.equal(machine['format'], 'ept-noad');
    assert.match(about, /tables that nobody placed have stand-ins for addresses/);
  });

  // Traces that were recorded from the VM's first day to the moment its tables were read.
  for (const run of ['ept-6.1', 'ept-6.12', 'ept-7.2', 'npt-6.1', 'npt-6.12', 'npt-7.2']) {
    const trace = sharedPlace('captures', 'x86', run, 'trace.txt');
    if (trace === undefined) continue;
    it(`${run}: what KVM counted is what a machine from the trace's end counts`, async () => {
      const client = await start();
      const uri = await client.open(
        `${run}.kvmtrace`,
        readFileSync(trace, 'utf8'),
        'pagewalk-trace',
      );
      const scenario = readScenario(await read(client, await from(client, uri)));
      assert.ok(!('problems' in scenario));
      const result = simulate(scenario);
      assert.ok(!('problem' in result));
      const meta = readFileSync(sharedPlace('captures', 'x86', run, 'meta.json')!, 'utf8');
      const { kvm_counters: counted, roots } = JSON.parse(meta) as {
        kvm_counters: Record<string, number>;
        roots: { table_pages: number }[];
      };
      const { counters } = result.report;
      assert.deepEqual(
        [counters['mappings_4k'], counters['mappings_2m'], counters['mappings_1g']],
        [counted['pages_4k'], counted['pages_2m'], counted['pages_1g']],
      );
      assert.equal(counters['mmu_pages'], roots[0]!.table_pages);
    });
  }

  it('are none where a file has no tables, or others', async () => {
    const client = await start();
    const empty = await from(client, await client.open('empty.xp', ''));
    assert.match('problem' in empty ? empty.problem : '', /^No dump of memory is in here/);
    const guest = '# pagewalk: format=guest64 root=0x103b30000\n';
    const dump = readFileSync('samples/npt-6.1.xp', 'utf8').replace(/^.*pagewalk:.*$/m, '');
    const uri = await client.open('guest.xp', guest + dump);
    const refused = await from(client, uri);
    assert.match(
      'problem' in refused ? refused.problem : '',
      /kernel is not known|Only tables of KVM/,
    );
    const closed = await from(client, 'file:///nowhere.xp');
    assert.deepEqual(closed, { problem: 'The file is not open.' });
  });
});

describe('problems of scenarios', () => {
  const start = clientsPerTest();

  it('are none in those that come with Pagewalk', async () => {
    const client = await start();
    for (const file of readdirSync(folder)) {
      assert.deepEqual(await problems(client, readFileSync(`${folder}/${file}`, 'utf8')), [], file);
    }
  });

  it('stand at what cannot be: frame, slot, level, operation, name', async () => {
    const client = await start();
    const rows: [from: string, to: string, expected: RegExp[]][] = [
      ['"0x1008"', '"0x1000000000"', [/^"0x1000000000": 0x1000000000 is beyond 0xfffffffff/]],
      ['"pages": "0x1000"', '"pages": "0x1001"', [/^"0x1000": Overlaps slot 0\.$/]],
      ['"kernel": "6.1"', '"kernel": "4.19"', [/^"4.19": Linux 4.19 has no TDP MMU/]],
      ['"do": "access"', '"do": "acces"', [/^"acces": There is no operation 'acces'; there are /]],
      [
        '"format": "ept"',
        '"format": "pae"',
        [/^"pae": One of ept, ept-noad, npt64 is expected\.$/],
      ],
      ['"access": "execute"', '"acces": "execute"', [/^"execute": Unknown name; known are /]],
      [
        '"machine"',
        '"machines"',
        [
          /^"machines": Unknown name/,
          /^\{: 'machine': an object is expected\.$/,
          /^\{: 'machine\/kernel': a text is expected\.$/,
        ],
      ],
    ];
    for (const [from, to, expected] of rows) {
      const found = await problems(client, first.replace(from, to));
      assert.equal(found.length, expected.length, `${to}\n${found.join('\n')}`);
      expected.forEach((pattern, number) => assert.match(found[number]!, pattern));
    }
  });

  it('stand where the text is no JSON', async () => {
    const client = await start();
    const found = await problems(client, first.replace('"kernel": "6.1",', '"kernel": "6.1"'));
    assert.deepEqual(found, ['"format": Comma expected.']);
    assert.deepEqual(await problems(client, ''), [': Value expected.']);
  });

  it('are left to the schema where the editor validates by it', async () => {
    const client = await start({ initializationOptions: { validatesBySchema: true } });
    assert.deepEqual(await problems(client, first.replace('"ept"', '"pae"')), []);
    assert.equal((await problems(client, first.replace('"0x1008"', '"0x1000000000"'))).length, 1);
  });
});
