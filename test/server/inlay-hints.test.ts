import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type InlayHint,
  InlayHintRequest,
  InlayHintResolveRequest,
  MarkupContent,
} from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const trace = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');

describe('inlay hints', () => {
  const start = clientsPerTest();

  const hintsOn = async (client: LanguageClient, uri: string, first: number, last = first) =>
    (await client.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri },
      range: { start: { line: first, character: 0 }, end: { line: last, character: 0 } },
    })) as InlayHint[];

  it('say at the end of a line what its entries are', async () => {
    const client = await start();
    const uri = await client.open('npt.xp', dump);
    const leaf = positionOf(dump, '0x0000000105003e67', 0).line;
    const [hint] = await hintsOn(client, uri, leaf);
    // GPA 0xb8030c9 is in frame 0x105003, writable, accessed and dirty: translations.json. The page
    // before it stands in the frame before.
    assert.equal(hint!.label, '4K rwxu A D gfn 0xb802–0xb803 → 0x105002–0x105003');
    assert.equal(hint!.position.character, dump.split('\n')[leaf]!.trimEnd().length);
    const table = positionOf(dump, '0x0000000103b2f827', 0).line;
    const [other] = await hintsOn(client, uri, table);
    assert.match(
      other!.label as string,
      /^table → 0x103b2f000 \(L3\) \| table → 0x103b23000 \(L3\)$/,
    );
  });

  it('say nothing of empty entries, and stay in the range', async () => {
    const client = await start();
    const uri = await client.open('range.xp', dump);
    assert.deepEqual(await hintsOn(client, uri, 10, 40), []);
    const all = await hintsOn(client, uri, 0, 400);
    assert.ok(all.length > 0 && all.every(({ position }) => position.line <= 400));
  });

  it('have the hovers of the entries as their tooltip, when it is asked for', async () => {
    const client = await start();
    const uri = await client.open('resolve.xp', dump);
    const [hint] = await hintsOn(client, uri, 1);
    assert.equal(hint!.tooltip, undefined);
    const resolved = await client.connection.sendRequest(InlayHintResolveRequest.type, hint!);
    assert.ok(MarkupContent.is(resolved.tooltip));
    assert.match(resolved.tooltip.value, /NPT table entry[^]*---[^]*NPT table entry/);
    assert.equal(resolved.label, hint!.label);
  });

  it('are more where more is set, and none where none is', async () => {
    const client = await start({ settings: { inlayHints: 'full' } });
    const uri = await client.open('full.xp', dump);
    const { line } = positionOf(dump, '0x0000000105003e67', 0);
    const [full] = await hintsOn(client, uri, line);
    assert.match(full!.label as string, /→ 0x105002–0x105003 · writable now · host allows writing/);
    await client.changeSettings({ inlayHints: 'off' });
    assert.deepEqual(await hintsOn(client, uri, line), []);
  });

  it('tell the old and the new entry of an event', async () => {
    const client = await start();
    const uri = await client.open('t.kvmtrace', trace, 'pagewalk-trace');
    const { line } = positionOf(trace, 'old_spte 105019e67 new_spte 105019e65', 0);
    const [hint] = await hintsOn(client, uri, line);
    assert.equal(hint!.label, '4K rwxu A D → 0x105019 ⇒ 4K r-xu A D → 0x105019');
  });
});
