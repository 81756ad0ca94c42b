import assert from 'node:assert/strict';
import { commands, languages, Uri, window, workspace } from 'vscode';

import { eventually } from './eventually';

const inFolder = (...parts: string[]): Uri =>
  Uri.joinPath(workspace.workspaceFolders![0]!.uri, ...parts);

interface Written {
  readonly title: string;
  readonly machine: { readonly kernel: string; readonly format: string };
}

describe('scenarios', () => {
  it('begin from a dump: a new JSON document that is not saved', async () => {
    const uri = inFolder('npt-6.1.xp').toString();
    await commands.executeCommand('pagewalk.simulateFromHere', { uri });
    const { document } = window.activeTextEditor!;
    assert.deepEqual(
      [document.isUntitled, document.languageId, document.uri.path],
      [true, 'json', 'npt-6.1.xp.pagewalk.json'],
    );
    const { title, machine } = JSON.parse(document.getText()) as Written;
    assert.deepEqual([title, machine.kernel, machine.format], ['From npt-6.1.xp', '6.1', 'npt64']);
  });

  it('begin from a line of a trace', async () => {
    const uri = inFolder('npt-6.1.kvmtrace').toString();
    await commands.executeCommand('pagewalk.simulateFromHere', { uri, line: 499 });
    const { document } = window.activeTextEditor!;
    assert.equal(document.uri.path, 'npt-6.1.kvmtrace line 500.pagewalk.json');
    assert.equal(
      (JSON.parse(document.getText()) as Written).title,
      'From npt-6.1.kvmtrace, line 500',
    );
  });

  it('are told what cannot be at its place in the file', async () => {
    const file = inFolder('scenarios', 'first-faults.pagewalk.json');
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    const wrong = inFolder('wrong.pagewalk.json');
    await workspace.fs.writeFile(
      wrong,
      new TextEncoder().encode(text.replace('"0x1008"', '"0x1000000000"')),
    );
    const document = await workspace.openTextDocument(wrong);
    await window.showTextDocument(document);
    const found = await eventually(() => {
      const own = languages.getDiagnostics(wrong).filter(({ source }) => source === 'pagewalk');
      return Promise.resolve(own.length > 0 ? own : undefined);
    });
    assert.deepEqual(
      found.map(({ range }) => document.getText(range)),
      ['"0x1000000000"'],
    );
    assert.match(found[0]!.message, /beyond 0xfffffffff/);
  });
});
