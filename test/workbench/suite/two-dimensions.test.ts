import assert from 'node:assert/strict';
import { commands, TabInputWebview, window, workspace } from 'vscode';

import type { WalkReply } from '../../../server/protocol';
import { bothTables } from '../../golden/nested-tables';
import { eventually } from './eventually';

describe('a walk in two dimensions', () => {
  it('answers with every reference, and is shown as a picture', async () => {
    const document = await workspace.openTextDocument({
      language: 'pagewalk-dump',
      content: bothTables(5),
    });
    const reply = await commands.executeCommand<WalkReply>('pagewalk.walkTwoDimensions', {
      uri: document.uri.toString(),
      address: '0x123',
      root: '0x1000',
      format: 'guest64',
      levels: 5,
      second: { root: '0x10000', format: 'ept', levels: 5 },
    });
    assert.equal(reply.physical, '0x26123');
    assert.equal(reply.rows.length, 35);
    await commands.executeCommand('pagewalk.showDimensions');
    const title = '0x123 in Two Dimensions';
    const shown = await eventually(() => {
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
      return Promise.resolve(
        tabs.find(({ input, label }) => input instanceof TabInputWebview && label === title),
      );
    });
    await window.tabGroups.close(shown);
  });
});
