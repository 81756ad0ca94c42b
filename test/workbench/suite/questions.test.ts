import assert from 'node:assert/strict';
import { commands, TabInputWebview, Uri, window, workspace } from 'vscode';

import type {
  AccessReply,
  Composed,
  GeometryResponse,
  SplitCachesResponse,
} from '../../../server/protocol';
import { eventually } from './eventually';

function sample(name: string): string {
  return Uri.joinPath(workspace.workspaceFolders![0]!.uri, name).toString();
}

describe('composing an entry', () => {
  it('answers with the value and its decode', async () => {
    const composed = await commands.executeCommand<Composed>('pagewalk.composeEntry', {
      format: 'ept',
      level: 1,
      kernel: '6.1',
      value: '0x600000067890b77',
      fields: { write: '0x0' },
    });
    assert.equal(composed.value, '0x600000067890b75');
    assert.match(composed.markdown, /EPT leaf, 4 KiB, r - x/);
  });
});

describe('the stage-2 layout for an IPA size', () => {
  it('is shown as a document', async () => {
    const layout = await commands.executeCommand<GeometryResponse>('pagewalk.stage2Layout', {
      granule: '4K',
      ipaBits: 40,
    });
    assert.ok('summary' in layout);
    // KVM's default: golden/arm64-geometry.
    assert.equal(layout.summary, '3 levels from level 1, root of 2 concatenated tables (8 KiB)');
    await eventually(async () => {
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
      const shown = tabs.find(
        ({ label, input }) =>
          input instanceof TabInputWebview && label.includes('Stage 2 4K 40-bit'),
      );
      return Promise.resolve(shown);
    });
  });
});

describe('the split cache before and after the fix', () => {
  it('is shown as a document', async () => {
    const figures = await commands.executeCommand<SplitCachesResponse>('pagewalk.splitCaches', {
      splits: 8,
      used: 512,
    });
    // facts/x86-kvm.md, 18.2: 2 × 513 and 513 + 40 descriptors of 128 bytes.
    assert.ok('markdown' in figures && figures.markdown.includes('1026 (131328 bytes)'));
    await eventually(async () => {
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
      const shown = tabs.find(
        ({ label, input }) =>
          input instanceof TabInputWebview && label.includes('Split Cache 8 × 512'),
      );
      return Promise.resolve(shown);
    });
  });
});

describe('would this access fault', () => {
  // Given in the capture: guest page 0x94fa is not mapped, 0xb8030c9 is writable.
  const ask = (address: string): Thenable<AccessReply | undefined> =>
    commands.executeCommand('pagewalk.wouldAccessFault', {
      uri: sample('npt-6.1.xp'),
      address,
      access: 'write',
      options: { user: true },
    });

  it('names the fault and the entry that decides', async () => {
    const reply = await ask('94faa77');
    assert.ok(reply);
    assert.equal(reply.allowed, false);
    assert.equal(reply.summary, 'faults: NPF, EXITINFO1 0x100000006');
    assert.deepEqual(reply.decidedBy?.bits, [0]);
  });

  it('says that an access goes through', async () => {
    const reply = await ask('b8030c9');
    assert.equal(reply?.allowed, true);
    assert.equal(reply.summary, 'allowed');
  });
});
