import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import {
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
} from 'vscode-languageserver-protocol/node';

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
