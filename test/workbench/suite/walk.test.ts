import assert from 'node:assert/strict';
import { commands, Uri, window, workspace } from 'vscode';

import type { WalkReply } from '../../../server/protocol';

function sample(name: string): Uri {
  return Uri.joinPath(workspace.workspaceFolders![0]!.uri, name);
}

function walk(name: string, address: string, root?: string): Thenable<WalkReply | undefined> {
  return commands.executeCommand('pagewalk.walkAddress', {
    uri: sample(name).toString(),
    address,
    ...(root !== undefined && { root }),
  });
}

// What is true of the samples was recorded with the captures they are from.
describe('walking an address', () => {
  const rows = [
    { address: 'b8030c9', status: 'mapped', physical: '0x1050030c9', pageSize: 4096 },
    { address: '0x9500fff', status: 'mapped', physical: '0xb8ab1fff', pageSize: 4096 },
    { address: '104598a3f', status: 'mapped', physical: '0x105d98a3f', pageSize: 2 ** 21 },
    { address: '19b9929cd', status: 'mapped', physical: '0x5b9929cd', pageSize: 2 ** 30 },
    { address: '94faa77', status: 'not-present', physical: null, pageSize: null },
    { address: 'cd800000', status: 'mmio', physical: null, pageSize: null },
  ];
  for (const { address, status, physical, pageSize } of rows) {
    it(`answers ${address}: ${status}`, async () => {
      const reply = await walk('npt-6.1.xp', address);
      assert.ok(reply);
      assert.deepEqual(
        { status: reply.status, physical: reply.physical, pageSize: reply.pageSize },
        { status, physical, pageSize },
      );
      assert.equal(reply.root, '0x103b30000');
    });
  }

  it('says for each level where its entry stands', async () => {
    const reply = await walk('npt-6.1.xp', 'b8030c9');
    assert.ok(reply);
    const document = await workspace.openTextDocument(sample('npt-6.1.xp'));
    assert.deepEqual(
      reply.rows.map(({ level }) => level),
      [4, 3, 2, 1],
    );
    for (const { entry, place } of reply.rows) {
      assert.ok(place && entry);
      const text = document.lineAt(place.line).text.slice(place.start, place.end);
      assert.equal(BigInt(text), BigInt(entry));
    }
  });

  it('names the table that a dump lacks, and the command that prints it', async () => {
    const reply = await walk('npt-6.1.two-tables.gdb.ptedump', '1000', '0x103b30000');
    assert.ok(reply);
    assert.equal(reply.status, 'missing');
    const commandsByTool = new Map(
      reply.dumpCommands.map(({ tool, command }) => [tool.toLowerCase(), command]),
    );
    assert.equal(commandsByTool.get('qemu'), 'xp /512gx 0x103b2f000');
  });

  it('puts the cursor on an entry when its row is opened', async () => {
    const reply = await walk('npt-6.1.xp', 'b8030c9');
    await commands.executeCommand('pagewalk.showPlace', reply!.rows[3]!.place);
    const { document, selection } = window.activeTextEditor!;
    const word = document.getText(document.getWordRangeAtPosition(selection.active));
    assert.equal(word, '0x0000000105003e67');
  });

  it('reads a pasted dump, and the comment line in it', async () => {
    await commands.executeCommand('pagewalk.newDump');
    const editor = window.activeTextEditor!;
    assert.equal(editor.document.languageId, 'pagewalk-dump');
    const lines = [
      '# pagewalk: format=npt64 kernel=6.1 root=0x1000 level=4',
      '0000000000001000: 0x0000000000002827',
      '0000000000002000: 0x0000000000003827',
      '0000000000003000: 0x0000000000004827',
      '0000000000004008: 0x0000000105003e67',
    ];
    await editor.edit((edit) => edit.insert(editor.selection.active, lines.join('\n')));
    const reply = await commands.executeCommand<WalkReply>('pagewalk.walkAddress', {
      uri: editor.document.uri.toString(),
      address: '0x1234',
    });
    assert.equal(reply.format, 'npt64');
    assert.equal(reply.physical, '0x105003234');
  });
});
