import assert from 'node:assert/strict';
import { commands, extensions, type Hover, MarkdownString, Uri, window, workspace } from 'vscode';
import { eventually } from './eventually';

/** The samples that the window was opened on. */
function sample(name: string): Uri {
  return Uri.joinPath(workspace.workspaceFolders![0]!.uri, name);
}

describe('the extension in its host', () => {
  it('activates when a dump is opened, and knows its language', async () => {
    const { document } = await window.showTextDocument(sample('npt-6.1.xp'));
    const extension = extensions.getExtension('pagewalk.pagewalk')!;
    assert.equal(document.languageId, 'pagewalk-dump');
    await eventually(() => Promise.resolve(extension.isActive || undefined));
  });

  it('registers every command that it declares', async () => {
    const declared = extensions.getExtension('pagewalk.pagewalk')!.packageJSON.contributes.commands;
    const known = new Set(await commands.getCommands(true));
    const missing = (declared as { command: string }[]).filter(
      ({ command }) => !known.has(command),
    );
    assert.deepEqual(missing, []);
  });

  it('says what a word of a dump is', async () => {
    const { document } = await window.showTextDocument(sample('npt-6.1.xp'));
    // Given in the capture: guest page 0xb8030c9 stands in host frame 0x105003, writable, 4 KiB.
    const at = document.positionAt(document.getText().indexOf('0x0000000105003e67') + 5);
    const text = await eventually(async () => {
      const hovers = await commands.executeCommand<Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      const contents = hovers.flatMap((hover) => hover.contents);
      return contents.find((content) => content instanceof MarkdownString)?.value;
    });
    assert.match(text, /NPT leaf/);
    assert.match(text, /0x105003\b/);
  });
});
