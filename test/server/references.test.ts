import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  CallHierarchyIncomingCallsRequest,
  type CallHierarchyItem,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CancellationTokenSource,
  DocumentHighlightRequest,
  LSPErrorCodes,
  ReferencesRequest,
  type ResponseError,
} from 'vscode-languageserver-protocol/node';

import { type LanguageClient, startLanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const trace = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');
const lines = dump.split('\n');

describe('references', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  /** The texts that a question's answers stand on. */
  const references = async (uri: string, text: string, words: string, into?: number) => {
    const found = await client.connection.sendRequest(ReferencesRequest.type, {
      textDocument: { uri },
      position: positionOf(text, words, into),
      context: { includeDeclaration: false },
    });
    return (found ?? []).map(({ range: { start, end } }) =>
      text.split('\n')[start.line]!.slice(start.character, end.character),
    );
  };

  it('of a table are the entries that point at it, asked at an entry, at its line or at its address', async () => {
    const text = `${dump}\nroot is 0x103b2f000\n`;
    const uri = await client.open('table.xp', text);
    // The capture's path to GPA 0xb8030c9: PML4 entry 0 is 0x103b2f827, and no other names the PDPT.
    for (const words of ['0x0000000103b2f827', '0000000103b2f000:', '0x103b2f000']) {
      assert.deepEqual(await references(uri, text, words), ['0x0000000103b2f827'], words);
    }
  });

  it('of a leaf are all leaves that map its frame', async () => {
    const uri = await client.open('frame.xp', dump);
    // Slot `zero` of the capture: every page of it is the host's one zero page, frame 0xb8ab1.
    const inDump = dump.split('0x00000000b8ab1825').length - 1;
    assert.ok(inDump > 1);
    const found = await references(uri, dump, '0x00000000b8ab1825');
    assert.deepEqual(found, new Array(inDump).fill('0x00000000b8ab1825'));
  });

  it('of a GFN are the events about it', async () => {
    const uri = await client.open('events.kvmtrace', trace, 'pagewalk-trace');
    const about = trace
      .split('\n')
      .filter((line) => /\bgfn 9201 /.test(line) || /address 0x0*9201[0-9a-f]{3} /.test(line));
    assert.equal(about.length, 5);
    const found = await references(uri, trace, 'gfn 9201', 5);
    assert.equal(found.length, about.length);
    assert.ok(
      found.every((word) => /^(9201|0x0*9201000)$/.test(word)),
      found.join(' '),
    );
  });

  it('are none for what is empty, and for a place without a word', async () => {
    const uri = await client.open('none.xp', dump);
    assert.deepEqual(await references(uri, dump, '0x0000000000000000'), []);
    assert.deepEqual(await references(uri, dump, '(qemu)', 1), []);
  });

  it('can be cancelled', async () => {
    const uri = await client.open('cancelled.xp', dump);
    const source = new CancellationTokenSource();
    const asked = client.connection.sendRequest(
      ReferencesRequest.type,
      {
        textDocument: { uri },
        position: positionOf(dump, '0x0000000105003e67'),
        context: { includeDeclaration: false },
      },
      source.token,
    );
    source.cancel();
    await assert.rejects(
      asked,
      (error: ResponseError) => error.code === LSPErrorCodes.RequestCancelled,
    );
  });

  it('are what is highlighted', async () => {
    const uri = await client.open('highlight.xp', dump);
    const found = await client.connection.sendRequest(DocumentHighlightRequest.type, {
      textDocument: { uri },
      position: positionOf(dump, '0x00000000b8ab1825'),
    });
    assert.equal(found?.length, dump.split('0x00000000b8ab1825').length - 1);
  });
});

describe('call hierarchy', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const itemAt = async (uri: string, words: string): Promise<CallHierarchyItem> => {
    const items = await client.connection.sendRequest(CallHierarchyPrepareRequest.type, {
      textDocument: { uri },
      position: positionOf(dump, words),
    });
    return items![0]!;
  };

  it('goes from a leaf up to its root', async () => {
    const uri = await client.open('up.xp', dump);
    let item = await itemAt(uri, '0x0000000105003e67');
    const way: string[] = [];
    for (;;) {
      const calls = await client.connection.sendRequest(CallHierarchyIncomingCallsRequest.type, {
        item,
      });
      const [call] = calls ?? [];
      if (!call) break;
      const [{ start, end }] = call.fromRanges as [(typeof call.fromRanges)[0]];
      const entry = lines[start.line]!.slice(start.character, end.character);
      way.push(`${call.from.name} ${entry}`);
      item = call.from;
    }
    // The path of GPA 0xb8030c9 in the capture's translations.json, bottom up.
    assert.deepEqual(way, [
      'level 1 (page table) 0x103ae7000 0x0000000105003e67',
      'level 2 (page directory) 0x103b2e000 0x0000000103ae7827',
      'level 3 (PDPT) 0x103b2f000 0x0000000103b2e827',
      'level 4 (PML4) 0x103b30000 0x0000000103b2f827',
    ]);
  });

  it('goes from a table down to its children', async () => {
    const uri = await client.open('down.xp', dump);
    const calls = await client.connection.sendRequest(CallHierarchyOutgoingCallsRequest.type, {
      item: await itemAt(uri, '0000000103b30000:'),
    });
    assert.deepEqual(
      calls?.map(({ to }) => to.name),
      ['level 3 (PDPT) 0x103b2f000', 'level 3 (PDPT) 0x103b23000'],
    );
  });
});
