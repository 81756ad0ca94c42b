import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  CodeActionKind,
  CodeActionRequest,
  CompletionRequest,
  type CompletionItem,
  type CodeAction,
  DefinitionRequest,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  HoverRequest,
  type LocationLink,
  type MarkupContent,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import { runCli } from './run-cli';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const directMap = 0xffff_8880_0000_0000n;
/** The same tables as QEMU's `x` prints them: at virtual addresses. */
const virtual = dump
  .replace(/^# pagewalk:.*\n/gm, '')
  .replace(/^[0-9a-f]{16}(?=: 0x)/gm, (digits) => (BigInt(`0x${digits}`) + directMap).toString(16));
const root = 0x103b30000n;

interface Walk {
  readonly physical: string | null;
}

// A mapped page of the capture's ground truth.
const asked = '0x1032057f8';
const truth = '0xb8ab17f8';

async function walk(args: readonly string[], text: string | Buffer): Promise<Walk> {
  const run = await runCli(
    ['walk', '-', '--format', 'npt64', '--json', '--address', asked, ...args],
    text,
  );
  assert.equal(run.status, 0, run.stderr);
  return run.json()[0] as Walk;
}

describe('a stated base on the command line', () => {
  const expected = walk(['--root', '0x103b30000'], dump);

  it('--virtual and virtual= link a dump of virtual addresses to physical ones', async () => {
    const at = `0x${directMap.toString(16)}`;
    const wanted = await expected;
    assert.equal(wanted.physical, truth);
    const named = `0x${(root + directMap).toString(16)}`;
    assert.deepEqual(await walk(['--virtual', at, '--root', '0x103b30000'], virtual), wanted);
    assert.deepEqual(await walk(['--virtual', at, '--root', named], virtual), wanted);
    const line = `# pagewalk: virtual=${at} root=${named}\n`;
    assert.deepEqual(await walk([], line + virtual), wanted);
  });

  it('--base places offsets of files, bytes without addresses, and images', async () => {
    const pages = new Map<bigint, bigint[]>();
    for (const [, digits, one, other] of dump.matchAll(
      /^([0-9a-f]{16}): 0x([0-9a-f]{16}) 0x([0-9a-f]{16})/gm,
    )) {
      const address = BigInt(`0x${digits!}`);
      const page = address & ~0xfffn;
      pages.set(page, [...(pages.get(page) ?? []), BigInt(`0x${one!}`), BigInt(`0x${other!}`)]);
    }
    const first = [...pages.keys()].reduce((least, page) => (page < least ? page : least));
    const last = [...pages.keys()].reduce((most, page) => (page > most ? page : most));
    const image = Buffer.alloc(Number(last - first) + 4096);
    for (const [page, words] of pages) {
      words.forEach((word, at) => image.writeBigUInt64LE(word, Number(page - first) + at * 8));
    }
    const options = ['--base', `0x${first.toString(16)}`, '--root', '0x103b30000'];
    assert.equal((await walk(options, image)).physical, truth);
    const bytes = image.toString('hex').replace(/.{60}/g, '$&\n');
    assert.equal((await walk(options, bytes)).physical, truth);
  });

  it('a dump of virtual addresses is said to be one; UTF-16 reads like any text', async () => {
    const run = await runCli(['detect', '-', '--json'], virtual);
    assert.match(run.stderr, /0xffff888[0-9a-f]+ is a virtual address/);
    const wanted = await expected;
    const options = ['--root', '0x103b30000'];
    const little = Buffer.from(`\ufeff${dump}`, 'utf16le');
    assert.deepEqual(await walk(options, little), wanted);
    assert.deepEqual(await walk(options, Buffer.from(little).swap16()), wanted);
    assert.deepEqual(await walk(options, little.subarray(2)), wanted);
    assert.deepEqual(await walk(options, Buffer.from(`\ufeff${dump}`)), wanted);
  });

  it('what is no address is refused', async () => {
    const run = await runCli(['walk', '-', '--base', 'here', '--address', '0'], dump);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /--base here is no address/);
  });
});

describe('a stated base in an editor', () => {
  const start = clientsPerTest();

  it('is offered by the finding, completed, and used by hover and definition', async () => {
    const client = await start();
    const uri = await client.open('virtual.xp', virtual);
    const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
    });
    assert.equal(report.kind, DocumentDiagnosticReportKind.Full);
    const diagnostic = report.items.find(({ code }) => code === 'virtual-addresses');
    assert.ok(diagnostic);
    const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic], only: [CodeActionKind.QuickFix] },
    })) as CodeAction[];
    assert.match(actions[0]!.title, /^Say that memory is mapped from 0xffff888000000000 on/);
    const [edit] = Object.values(actions[0]!.edit!.changes!)[0]! as [TextEdit];
    assert.equal(edit.newText, '# pagewalk: virtual=0xffff888000000000\n');
    assert.deepEqual(edit.range.start, { line: 0, character: 0 });

    const fixed = await client.open('fixed.xp', edit.newText + virtual);
    const line = (edit.newText + virtual)
      .split('\n')
      .findIndex((text) => text.startsWith((root + directMap).toString(16)));
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: fixed },
      position: { line, character: 4 },
    });
    const { value } = hover!.contents as MarkupContent;
    assert.match(value, /Printed as `0xffff888103b30000`/);
    assert.match(value, /physical `0x103b30000`/);
    const targets = (await client.connection.sendRequest(DefinitionRequest.type, {
      textDocument: { uri: fixed },
      position: { line, character: 24 },
    })) as LocationLink[] | LocationLink | null;
    const target = [targets].flat()[0] as LocationLink;
    // The root's first entry points at this table in the capture.
    const entry = /0x([0-9a-f]{16})/.exec((edit.newText + virtual).split('\n')[line]!)![1]!;
    const table = (BigInt(`0x${entry}`) & 0xf_ffff_ffff_f000n) + directMap;
    const wanted = (edit.newText + virtual)
      .split('\n')
      .findIndex((text) => text.startsWith(table.toString(16)));
    assert.equal(target.targetRange.start.line, wanted);

    const commented = await client.open('comment.xp', `# pagewalk: virtual=\n${virtual}`);
    const offered = (await client.connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri: commented },
      position: { line: 0, character: 20 },
    })) as CompletionItem[];
    assert.equal(offered[0]!.label, '0xffff888000000000');
  });
});
