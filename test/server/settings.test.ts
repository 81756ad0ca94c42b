import assert from 'node:assert/strict';
import {
  DidChangeTextDocumentNotification,
  HoverRequest,
  MarkupContent,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node';

import { rootsRequest, type RootsResult } from '../../server/protocol';
import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';
import { positionOf } from './places';

const spte = '0x600000067890b77';
const note = `an SPTE: ${spte}\n`;

describe('settings', () => {
  const start = clientsPerTest();
  const hover = async (client: LanguageClient, uri: string, text: string): Promise<string> => {
    const answer = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: positionOf(text, spte),
    });
    assert.ok(MarkupContent.is(answer?.contents), 'no hover');
    return answer.contents.value;
  };

  it('count for a file, and again when they change', async () => {
    const client = await start({ settings: { format: 'npt64', kernel: '5.10' } });
    const uri = await client.open('note.txt', note);
    assert.match(
      await hover(client, uri, note),
      /^\*\*NPT .*NPT from the settings; level 1 assumed; kernel 5\.10/s,
    );
    await client.changeSettings({ format: 'ept', kernel: 'auto' });
    const after = await hover(client, uri, note);
    assert.match(after, /^\*\*EPT leaf/);
    assert.match(
      after,
      /EPT from the settings; level 1 assumed; kernel v5\.13 – v6\.9 from the bits/,
    );
  });

  it('are overruled by the comment line of the file, also while it is typed', async () => {
    const client = await start({ settings: { format: 'npt64', kernel: '5.10' } });
    const uri = await client.open('note.txt', note);
    await client.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: 2 },
      contentChanges: [
        {
          range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
          text: '# pagewalk: format=ept kernel=6.1\n',
        },
      ],
    });
    const text = `# pagewalk: format=ept kernel=6.1\n${note}`;
    const answer = await hover(client, uri, text);
    assert.match(answer, /^\*\*EPT leaf/);
    assert.match(
      answer,
      /EPT from the file's comment line; level 1 assumed; kernel 6\.1 from the file's/,
    );
  });

  it('name the CPU: a frame beyond its physical-address bits is a finding', async () => {
    const client = await start({ settings: { physBits: 39, format: 'ept' } });
    const wide = '0x600800000000b77';
    const text = `an SPTE: ${wide}\n`;
    const uri = await client.open('wide.txt', text);
    const answer = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: positionOf(text, wide),
    });
    assert.ok(MarkupContent.is(answer?.contents));
    assert.match(answer.contents.value, /^⚠ .*39/m);
  });

  it('may be unknown to the client, or be null', async () => {
    const client = await start({ capabilities: {} });
    const uri = await client.open('note.txt', note);
    assert.match(await hover(client, uri, note), /^EPT leaf/);
  });

  it('may come with initialize, from clients that cannot be asked', async () => {
    const client = await start({
      capabilities: {},
      initializationOptions: { pagewalk: { format: 'npt64' } },
    });
    const uri = await client.open('note.txt', note);
    // That the kernel is not known stands before the answer.
    assert.match(await hover(client, uri, note), /^NPT /m);
  });

  it('show in what is assumed for a file', async () => {
    const client = await start({ settings: { kernel: '6.1' } });
    const uri = await client.open('note.txt', '# pagewalk: format=ept root=0x1000 level=4\n');
    const { assumptions }: RootsResult = await client.connection.sendRequest(rootsRequest, { uri });
    assert.equal(assumptions.format, 'ept');
    assert.equal(assumptions.formatBasis, 'given');
    assert.equal(assumptions.kernel, '6.1');
  });
});

describe('diagnostics', () => {
  const start = clientsPerTest();
  it('say what is wrong with the comment line and with cut lines', async () => {
    const client = await start();
    const published = new Promise<PublishDiagnosticsParams>((resolve) => {
      client.connection.onNotification(PublishDiagnosticsNotification.type, resolve);
    });
    const text = `# pagewalk: format=epd kernel=6.1\n0000000000001000: 0x0000000000002067 0x00000\n`;
    const uri = await client.open('wrong.xp', text);
    const { diagnostics } = await published;
    assert.equal((await published).uri, uri);
    assert.match(diagnostics[0]?.message as string, /there is no format 'epd'/i);
    assert.deepEqual(diagnostics[0]?.range, {
      start: { line: 0, character: 12 },
      end: { line: 0, character: 22 },
    });
    assert.equal(diagnostics[1]?.range.start.line, 1);
  });
});
