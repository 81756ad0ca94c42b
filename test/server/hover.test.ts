import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Hover, HoverRequest, MarkupContent } from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import { type LanguageClient, startLanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const trace = readFileSync('samples/npt-6.1.kvmtrace', 'utf8');

describe('hover', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const hoverAt = async (
    uri: string,
    text: string,
    words: string,
    into?: number,
  ): Promise<Hover | null> =>
    client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: positionOf(text, words, into),
    });
  const textOf = (hover: Hover | null): string => {
    assert.ok(MarkupContent.is(hover?.contents), 'no hover');
    return hover.contents.value;
  };

  it('reads an NPT leaf of a capture: headline, meaning, fields, where it stands, basis', async () => {
    const uri = await client.open('npt.xp', dump);
    const hover = await hoverAt(uri, dump, '0x0000000105003e67');
    const text = textOf(hover);
    // The capture's ground truth: GPA 0xb8030c9 is in host frame 0x105003, 4 KiB, rwx, user.
    assert.match(
      text,
      /^\*\*NPT leaf, 4 KiB, r w x, user\*\* → frame `0x105003` \(HPA `0x105003000`\)/,
    );
    assert.match(text, /host allows writing · MMU allows writing · accessed · dirty/);
    assert.match(text, /GPA `0xb803000` – `0xb803fff`/);
    assert.match(text, /\| 51:12 \| frame \| `0x105003` \|/);
    assert.match(text, /Every bit: 63 no-execute 0 · /);
    assert.match(text, /kernel v5\.13 – v6\.9/);
    const { line, character } = positionOf(dump, '0x0000000105003e67', 0);
    assert.deepEqual(hover?.range, {
      start: { line, character },
      end: { line, character: character + 18 },
    });
  });

  it('names the table that a line of a dump belongs to', async () => {
    const uri = await client.open('address.xp', dump);
    const text = textOf(await hoverAt(uri, dump, '0000000103b2f000:'));
    assert.match(text, /^\*\*NPT table, level 3 \(PDPT\)\*\* `0x103b2f000`/);
    assert.match(text, /covers GPA 0x0 – 0x7fffffffff \(512 GiB\)/);
    assert.match(text, /3 tables, 1 leaf, 508 empty/);
  });

  it('reads a trace line as a change', async () => {
    const uri = await client.open('a.kvmtrace', trace, 'pagewalk-trace');
    const line = 'gfn 100 level 1 old_spte 0 new_spte 103cb5e67';
    const text = textOf(await hoverAt(uri, trace, line, line.length - 2));
    assert.match(
      text,
      /^\*\*GFN 0x100, level 1: was not present, now a writable 4 KiB leaf\*\* \(frame `0x103cb5`\)/,
    );
    assert.match(text, /KVM counts one more 4 KiB page\. No flush is needed/);
    assert.match(text, /\| kind \| empty \| leaf \|/);
    assert.match(text, /NPT: \d+ of \d+ SPTEs in this file fit it/);
  });

  it('tells from the tables a trace links that the machine used no A/D bits', async () => {
    const noAd = readFileSync('samples/ept-6.12.kvmtrace', 'utf8');
    const uri = await client.open('noad.kvmtrace', noAd, 'pagewalk-trace');
    const text = textOf(await hoverAt(uri, noAd, '875000003e8008f0'));
    // The capture's host ran with eptad=0.
    assert.match(text, /EPT without A\/D bits: \d+ of \d+ SPTEs in this file fit it/);
  });

  it('reads words of plain text: an entry, a named register', async () => {
    const plain =
      'the SPTE was 0x600000067890b77 then\nCR3=000000010a3b5000 CR2=0000000000000000\n';
    const uri = await client.open('mail.txt', plain, 'plaintext');
    const entry = textOf(await hoverAt(uri, plain, '0x600000067890b77'));
    assert.match(entry, /^\*\*EPT leaf, 4 KiB, r w x\*\*/);
    assert.match(entry, /\*Format ept assumed: /);
    assert.match(entry, /\*\*v4\.4 – v5\.12\*\*: /);
    assert.match(textOf(await hoverAt(uri, plain, '000000010a3b5000')), /^\*\*CR3\*\*/);
  });

  it('answers nothing for what is no entry', async () => {
    const plain =
      'no words here, 12, cafe, 0x10, 0x0, 0x123456789abcdef01 and 0xffffffff81000000\n\n';
    const uri = await client.open('nothing.txt', plain, 'plaintext');
    for (const words of ['no words', '12', 'cafe', '0x10,', '0x0', '0x1234', '0xffffffff8']) {
      assert.equal(await hoverAt(uri, plain, words, 1), null, words);
    }
    const outside = { textDocument: { uri }, position: { line: 99, character: 99 } };
    assert.equal(await client.connection.sendRequest(HoverRequest.type, outside), null);
    const unknown = {
      textDocument: { uri: 'file:///unknown' },
      position: { line: 0, character: 0 },
    };
    assert.equal(await client.connection.sendRequest(HoverRequest.type, unknown), null);
  });

  it('survives a dump that is cut in mid-line', async () => {
    const cut = dump.slice(0, dump.indexOf('0x0000000103b23827') + 9);
    const uri = await client.open('cut.xp', cut);
    assert.match(textOf(await hoverAt(uri, cut, '0x0000000103b2f827')), /NPT table entry/);
    assert.equal(await hoverAt(uri, cut, '0x0000000', 30), null);
  });

  it('says how to get a table that the dump does not hold', async () => {
    const two = readFileSync('samples/npt-6.1.two-tables.gdb.ptedump', 'utf8');
    const named = `# pagewalk: format=npt64 root=0x103b30000 level=4\n${two}`;
    const uri = await client.open('two.ptedump', named);
    const text = textOf(await hoverAt(uri, named, '0x0000000103b2f827'));
    assert.match(
      text,
      /The table at 0x103b2f000 isn't in this dump\. In QEMU: xp \/512gx 0x103b2f000/,
    );
  });
});

describe('hover for other clients', () => {
  const start = clientsPerTest();
  it('is plain text where the client shows no Markdown', async () => {
    const client = await start({ capabilities: {} });
    const uri = await client.open('plain.xp', dump);
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: positionOf(dump, '0x0000000105003e67'),
    });
    assert.ok(MarkupContent.is(hover?.contents));
    assert.equal(hover.contents.kind, 'plaintext');
    assert.match(hover.contents.value, /^NPT leaf, 4 KiB, r w x, user → frame 0x105003 \(HPA/);
    assert.doesNotMatch(hover.contents.value, /\*\*|`|\\/);
  });

  it('has command links only where the client runs them', async () => {
    const client = await start({ initializationOptions: { commandLinks: true } });
    const uri = await client.open('links.xp', dump);
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: positionOf(dump, '0x0000000103b2f827'),
    });
    assert.ok(MarkupContent.is(hover?.contents));
    assert.match(hover.contents.value, /\[Walk GPA 0x0\]\(command:pagewalk\.walkAddress\?%5B%7B/);
    assert.match(hover.contents.value, /\[Show table\]\(command:pagewalk\.showPlace\?/);
  });
});
