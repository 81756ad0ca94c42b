import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type CodeAction,
  CodeActionKind,
  CodeActionRequest,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';

import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';

const dump = readFileSync('samples/npt-6.1.xp', 'utf8');

describe('quick fixes', () => {
  const start = clientsPerTest();

  /** The fixes of a text's only finding. */
  const fixes = async (client: LanguageClient, text: string): Promise<CodeAction[]> => {
    const uri = await client.open('fix.xp', text);
    const report = await client.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
    });
    assert.equal(report.kind, DocumentDiagnosticReportKind.Full);
    const [diagnostic] = report.items;
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: diagnostic!.range,
      context: { diagnostics: [diagnostic!], only: [CodeActionKind.QuickFix] },
    });
    return actions as CodeAction[];
  };

  const applied = (text: string, { edit }: CodeAction): string => {
    const [change] = Object.values(edit!.changes!)[0]! as [TextEdit];
    const lines = text.split('\n');
    const { start: from, end } = change.range;
    assert.equal(from.line, end.line);
    const line = lines[from.line]!;
    lines[from.line] = line.slice(0, from.character) + change.newText + line.slice(end.character);
    return lines.join('\n');
  };

  it('takes out of the comment line what is not understood', async () => {
    const text = `# pagewalk: format=epd kernel=6.1\n${dump}`;
    const [fix] = await fixes(await start(), text);
    assert.equal(fix!.title, "Take 'format=epd' out of the comment line");
    assert.match(applied(text, fix!), /^# pagewalk: kernel=6\.1\n/);
  });

  it('says how wide the addresses are, where a bit is reserved only if they are narrow', async () => {
    const text = dump.replace('0x0000000105003e67', '0x0008000105003e67');
    const [fix] = await fixes(await start(), text);
    assert.match(applied(text, fix!), /^# pagewalk: maxphyaddr=52\n/);
  });

  it('copies the command that dumps a missing table, where the editor has that command', async () => {
    const text = dump.replace('0x0000000103ae7827', '0x0000000203ae7827');
    const client = await start({ initializationOptions: { commandLinks: true } });
    const found = await fixes(client, text);
    assert.deepEqual(
      found.map(({ command }) => command!.arguments),
      [['xp /512gx 0x203ae7000'], ['x/512gx 0x203ae7000'], ['rd -p -64 0x203ae7000 512']],
    );
    assert.deepEqual(await fixes(await start(), text), []);
  });
});
