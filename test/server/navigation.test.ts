import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  DefinitionRequest,
  type DocumentSymbol,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  type LocationLink,
} from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import { type LanguageClient, startLanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const lines = dump.split('\n');

/** The tables of the capture, as its own index lists them: address, level, first GPA. */
const tables = [
  ['0x103b30000', 4],
  ['0x103b2f000', 3],
  ['0x103b23000', 3],
] as const;

describe('definition', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const definition = async (uri: string, text: string, words: string): Promise<unknown> =>
    client.connection.sendRequest(DefinitionRequest.type, {
      textDocument: { uri },
      position: positionOf(text, words),
    });

  it('leads from a table entry to the child table', async () => {
    const uri = await client.open('npt.xp', dump);
    const [link] = (await definition(uri, dump, '0x0000000103b2f827')) as LocationLink[];
    assert.equal(link?.targetUri, uri);
    assert.match(lines[link.targetRange.start.line]!, /^0000000103b2f000:/);
    assert.deepEqual(link.originSelectionRange?.start, positionOf(dump, '0x0000000103b2f827', 0));
  });

  it('leads nowhere from a leaf, an empty entry or a table that is not in the dump', async () => {
    const uri = await client.open('leaf.xp', dump);
    assert.equal(await definition(uri, dump, '0x0000000105003e67'), null);
    assert.equal(await definition(uri, dump, '0x0000000000000000'), null);
    const two = readFileSync('samples/npt-6.1.two-tables.gdb.ptedump', 'utf8');
    const other = await client.open('two.ptedump', two);
    assert.equal(await definition(other, two, '0x0000000103b2f827'), null);
  });
});

describe('document symbols', () => {
  const start = clientsPerTest();
  it('are the tables by level, with the range each covers', async () => {
    const client = await start();
    const uri = await client.open('npt.xp', dump);
    const symbols = (await client.connection.sendRequest(DocumentSymbolRequest.type, {
      textDocument: { uri },
    })) as DocumentSymbol[];
    const all = flat(symbols);
    // The capture counted 28 table pages.
    assert.equal(all.length, 28);
    assert.equal(symbols.length, 1);
    for (const [address, level] of tables) {
      const symbol = all.find(({ name }) => name.endsWith(address));
      assert.match(symbol!.name, new RegExp(`^level ${level} `));
      const line = lines[symbol!.range.start.line]!;
      assert.ok(line.startsWith(address.slice(2).padStart(16, '0')), line);
    }
    assert.match(symbols[0]!.detail!, /GPA 0x0 – 0xffffffffffff · 2 tables, 510 empty/);
  });

  it('are a flat list for clients that know no trees', async () => {
    const client = await start({ capabilities: {} });
    const uri = await client.open('flat.xp', dump);
    const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, {
      textDocument: { uri },
    });
    assert.equal(symbols?.length, 28);
    assert.ok(symbols.every((symbol) => 'location' in symbol));
  });
});

describe('folding', () => {
  const start = clientsPerTest();
  it('folds whole lines of empty entries and nothing else', async () => {
    const client = await start();
    const uri = await client.open('npt.xp', dump);
    const ranges = await client.connection.sendRequest(FoldingRangeRequest.type, {
      textDocument: { uri },
    });
    assert.ok(ranges && ranges.length > 20 && ranges.length <= 5000);
    for (const { startLine, endLine } of ranges) {
      assert.ok(endLine - startLine >= 2);
      for (const line of lines.slice(startLine, endLine + 1)) {
        assert.match(line, /^[0-9a-f]{16}: 0x0{16} 0x0{16}$/);
      }
    }
    assert.equal(ranges[0]!.collapsedText, '… 510 empty entries …');
  });

  it('keeps to the number of ranges the client takes, the longest first', async () => {
    const client = await start({
      capabilities: { textDocument: { foldingRange: { rangeLimit: 3 } } },
    });
    const uri = await client.open('few.xp', dump);
    const ranges = await client.connection.sendRequest(FoldingRangeRequest.type, {
      textDocument: { uri },
    });
    assert.equal(ranges?.length, 3);
  });
});

function flat(symbols: readonly DocumentSymbol[]): DocumentSymbol[] {
  return symbols.flatMap((symbol) => [symbol, ...flat(symbol.children ?? [])]);
}
