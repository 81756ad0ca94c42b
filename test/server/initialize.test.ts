import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { HoverRequest, MarkupContent } from 'vscode-languageserver-protocol/node';
import { type LanguageClient, startLanguageClient } from './language-client';

const dump = 'npt-6.1.xp';

describe('a server in a process of its own', () => {
  let client: LanguageClient;
  before(async () => {
    client = await startLanguageClient();
  });

  it('offers what the editor asked for', () => {
    const { capabilities } = client.initialized;
    assert.ok(capabilities.hoverProvider);
    assert.ok(capabilities.definitionProvider);
    assert.ok(capabilities.documentSymbolProvider);
    assert.ok(capabilities.foldingRangeProvider);
  });

  it('says what a word of a dump is', async () => {
    const text = readFileSync(`samples/${dump}`, 'utf8');
    const uri = await client.open(dump, text);
    // Given in the capture: guest page 0xb8030c9 stands in host frame 0x105003, writable, 4 KiB.
    const before = text.slice(0, text.indexOf('0x0000000105003e67')).split('\n');
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: { line: before.length - 1, character: before.at(-1)!.length + 4 },
    });
    assert.ok(MarkupContent.is(hover?.contents));
    assert.match(hover.contents.value, /NPT leaf/);
    assert.match(hover.contents.value, /0x105003\b/);
  });

  it('ends when it is told to, and has written nothing beside the protocol', async () => {
    assert.equal(await client.stop(), 0);
    assert.equal(client.stderr, '');
  });
});
