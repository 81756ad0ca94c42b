import assert from 'node:assert/strict';
import { commands, type Hover, MarkdownString, Position, window, workspace } from 'vscode';

/** What hovers say about a place, all of them. */
async function hoverText(content: string, language: string): Promise<string> {
  const document = await workspace.openTextDocument({ language, content });
  await window.showTextDocument(document);
  const hovers = await commands.executeCommand<Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new Position(0, content.indexOf('0x') + 4),
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((part) => (part instanceof MarkdownString ? part.value : ''))
    .join('\n');
}

describe('pagewalk.hover.anywhere', () => {
  const setting = (value: boolean | undefined) =>
    workspace.getConfiguration('pagewalk').update('hover.anywhere', value, true);
  const note = 'seen in the log: 0x8000000105003e67';

  afterEach(() => setting(undefined));

  it('leaves other files alone unless it is on', async () => {
    assert.equal(await hoverText(note, 'plaintext'), '');
  });

  it('explains words in any file when it is on', async () => {
    await setting(true);
    // The server starts anew for it; commands wait until it is up, and so does this one.
    await commands.executeCommand('pagewalk.restartServer');
    assert.match(await hoverText(note, 'plaintext'), /0x105003000/);
  });
});
