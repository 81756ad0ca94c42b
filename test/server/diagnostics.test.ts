import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Diagnostic,
  DiagnosticSeverity,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  PublishDiagnosticsNotification,
} from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';
import { positionOf } from './places';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');
const captures = path.join('..', 'shared', 'captures', 'x86');

/** The first leaf of the dump with bits changed, as a person's corrupted machine would have it. */
const broken = (from: string, to: string): string => dump.replace(from, to);

/** A root and what leads from it to so many level-1 tables from 0x10000 on, as QEMU prints them. */
function* upperTables(count: number): Generator<string> {
  const row = (address: number, ...words: number[]) =>
    `${address.toString(16).padStart(16, '0')}: ${words.map((word) => `0x${word.toString(16).padStart(16, '0')}`).join(' ')}`;
  yield row(0x1000, 0x2007, 0);
  yield row(0x2000, 0x3007, 0);
  for (let table = 0; table < count; table += 2) {
    yield row(0x3000 + table * 8, 0x1_0007 + table * 4096, 0x1_1007 + table * 4096);
  }
}

const messageOf = ({ message }: Diagnostic): string =>
  typeof message === 'string' ? message : message.value;

describe('diagnostics', () => {
  const start = clientsPerTest();

  let opened = 0;
  const problems = async (client: LanguageClient, text: string): Promise<Diagnostic[]> => {
    const uri = await client.open(`problems-${++opened}.xp`, text);
    const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
    });
    assert.equal(report.kind, DocumentDiagnosticReportKind.Full);
    return report.items;
  };
  const codes = (found: readonly Diagnostic[]) => found.map(({ code }) => code);

  it('are none for a healthy machine', async () => {
    assert.deepEqual(await problems(await start(), dump), []);
  });

  it('name an entry with a reserved bit, at its place, with a link to what it means', async () => {
    const text = broken('0x0000000105003e67', '0x0008000105003e67');
    const [found, ...others] = await problems(await start(), text);
    assert.deepEqual(others, []);
    assert.equal(found!.code, 'reserved-bits');
    assert.equal(found!.severity, DiagnosticSeverity.Error);
    assert.equal(found!.source, 'pagewalk');
    assert.deepEqual(found!.range.start, positionOf(text, '0x0008000105003e67', 0));
    assert.match(messageOf(found!), /bit 51[^]*GPA 0xb803000\.$/);
    const link = new URL(found!.codeDescription!.href);
    assert.equal(link.hash, '#reserved-bits');
    assert.ok(existsSync(link));
  });

  it("name a misaligned page, a broken rule of KVM's, a table that is missing and a circle", async () => {
    const client = await start();
    // A 2 MiB leaf moved by a page; W without MMU-writable (bit 10); a table that is not there.
    const misaligned = broken('0x0000000104400ee7', '0x0000000104402ee7');
    assert.deepEqual(codes(await problems(client, misaligned)), ['misaligned-leaf']);
    const rule = broken('0x0000000105003e67', '0x0000000105003a67');
    assert.deepEqual(codes(await problems(client, rule)), ['invariant-writable-not-mmu-writable']);
    const missing = await problems(client, broken('0x0000000103ae7827', '0x0000000203ae7827'));
    assert.deepEqual(
      missing.map(({ code, severity }) => [code, severity]),
      [['missing-table', DiagnosticSeverity.Information]],
    );
    const circle = await problems(client, broken('0x0000000103b2e827', '0x0000000103b2f827'));
    assert.ok(codes(circle).includes('cycle'));
  });

  it('tell of lines and of the comment line', async () => {
    const text = `# pagewalk: format=epd\n${dump}0000000103b30000: 0x0000000103b2f8`;
    const found = await problems(await start(), text);
    assert.deepEqual(new Set(codes(found)), new Set(['directive', 'cut-line']));
    assert.equal(found.find(({ code }) => code === 'directive')!.range.start.line, 0);
  });

  it('are shown as it is set, or not at all', async () => {
    const text = broken('0x0000000105003e67', '0x0008000105003e67');
    const client = await start({
      settings: { diagnostics: { severity: { 'reserved-bits': 'hint' } } },
    });
    const [found] = await problems(client, text);
    assert.equal(found!.severity, DiagnosticSeverity.Hint);
    await client.changeSettings({ diagnostics: { severity: { 'reserved-bits': 'off' } } });
    assert.deepEqual(await problems(client, text), []);
    // What is the usual thing in a tree of KVM's is told to those who ask for it.
    await client.changeSettings({
      'diagnostics.severity': { 'writable-and-executable': 'information' },
    });
    assert.deepEqual(codes(await problems(client, dump)), ['writable-and-executable']);
  });

  it('are at most 1,000, the worst first, and say how many more there are', async () => {
    // Guest pages that may be written and executed, every second of 4,096 in eight tables.
    const word = (value: number) => `0x${value.toString(16).padStart(16, '0')}`;
    const rows = [...upperTables(8)];
    for (let page = 0; page < 4096; page += 2) {
      rows.push(
        `${word(0x1_0000 + page * 8).slice(2)}: ${word(0x100_0003 + page * 4096)} ${word(0)}`,
      );
    }
    const found = await problems(await start(), `# pagewalk: format=guest64\n${rows.join('\n')}\n`);
    assert.equal(found.length, 1000);
    const last = found.at(-1)!;
    assert.equal(last.code, 'more');
    assert.match(messageOf(last), /^1,049 more findings/);
  });

  it('are sent to a client that does not ask for them', async () => {
    const client = await start({ capabilities: {} });
    const sent = new Promise<readonly Diagnostic[]>((resolve) => {
      client.connection.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) =>
        resolve(diagnostics),
      );
    });
    await client.open('sent.xp', broken('0x0000000105003e67', '0x0008000105003e67'));
    assert.deepEqual(codes(await sent), ['reserved-bits']);
  });

  const corrupt = path.join(captures, 'corrupt-6.12', 'tables.xp.txt');
  if (existsSync(corrupt)) {
    it('find the leaf that a capture corrupted on purpose', async () => {
      const text = readFileSync(corrupt, 'utf8');
      const [found, ...others] = await problems(await start(), text);
      assert.deepEqual(others, []);
      assert.equal(found!.code, 'reserved-bits');
      assert.deepEqual(found!.range.start, positionOf(text, '0x000800000384fe67', 0));
    });
  }
});
