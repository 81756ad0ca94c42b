import assert from 'node:assert/strict';
import { commands, Selection, TabInputTextDiff, Uri, window, workspace } from 'vscode';

import type { WalkReply } from '../../../server/protocol';
import { eventually } from './eventually';

const uri = (): string =>
  Uri.joinPath(workspace.workspaceFolders![0]!.uri, 'npt-6.1.kvmtrace').toString();

/** The line, from 0, on which the sample first says this. */
async function lineOf(words: string): Promise<number> {
  const document = await workspace.openTextDocument(Uri.parse(uri()));
  const line = document
    .getText()
    .split('\n')
    .findIndex((text) => text.includes(words));
  assert.ok(line >= 0, words);
  return line;
}

describe('time in a trace', () => {
  let leaf: number;
  before(async () => (leaf = await lineOf('gfn 100 level 1 old_spte 0')));

  it('opens the tables as of a line as a dump that cannot be edited', async () => {
    await commands.executeCommand('pagewalk.tableAsOf', { uri: uri(), line: leaf });
    const { document } = window.activeTextEditor!;
    assert.equal(document.languageId, 'pagewalk-dump');
    assert.equal(document.uri.path, `/npt-6.1.kvmtrace as of line ${String(leaf + 1)}.ptedump`);
    assert.match(document.getText(), /0x0000000103cb5e67 {2}# L1 gfn 0x100/);
    assert.equal(workspace.fs.isWritableFileSystem(document.uri.scheme) ?? false, false);
    // It is a dump like any other.
    const walk = await eventually(() =>
      commands.executeCommand<WalkReply | undefined>('pagewalk.walkAddress', {
        uri: document.uri.toString(),
        address: '0x100123',
      }),
    );
    assert.equal(walk.physical, '0x103cb5123');
  });

  it('walks a trace without a line through the tables at its end, and asks for no root', async () => {
    const walk = await eventually(() =>
      commands.executeCommand<WalkReply | undefined>('pagewalk.walkAddress', {
        uri: uri(),
        address: '0xb803123',
      }),
    );
    assert.equal(walk.physical, '0x105003123');
    assert.match(walk.summary, /As of the trace's end, line \d+\.$/);
  });

  it('means the cursor’s line where it is not told', async () => {
    const editor = await window.showTextDocument(Uri.parse(uri()), { preview: false });
    editor.selection = new Selection(leaf - 1, 0, leaf - 1, 0);
    await commands.executeCommand('pagewalk.tableAsOf');
    const { document } = window.activeTextEditor!;
    assert.match(document.uri.path, new RegExp(`as of line ${String(leaf)}\\.ptedump$`));
    assert.doesNotMatch(document.getText(), /# L1 gfn/);
  });

  it('compares the tables as of two lines, the earlier on the left', async () => {
    const question = { uri: uri(), line: leaf, otherLine: leaf - 1 };
    const summary = await commands.executeCommand<string>('pagewalk.compareTables', question);
    assert.match(summary, /^1 entry differs/);
    const tab = window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof TabInputTextDiff);
    const { original, modified } = tab.input;
    const lines = [original, modified].map(
      (one) => (JSON.parse(one.query) as { line: number }).line,
    );
    assert.deepEqual(lines, [leaf - 1, leaf]);
    assert.equal(tab.label, `npt-6.1.kvmtrace: line ${String(leaf)} ↔ line ${String(leaf + 1)}`);
  });

  it('walks an address as of a line; its rows are places of the trace', async () => {
    const question = { uri: uri(), line: leaf, address: '100123' };
    const walk = await commands.executeCommand<WalkReply>('pagewalk.walkAsOf', question);
    assert.equal(walk.physical, '0x103cb5123');
    assert.deepEqual(
      walk.rows.map(({ place }) => place?.uri),
      Array<string>(4).fill(uri()),
    );
    assert.equal(walk.rows.at(-1)!.place!.line, leaf);
  });
});
