import assert from 'node:assert/strict';
import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('the extension in the browser, as on vscode.dev', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ kind: 'web' });
  });
  after(() => workbench.close());

  it('says what a word of a dump is', async () => {
    await workbench.openFileAt('npt-6.1.xp', '0x0000000105003e67');
    const hover = await workbench.hover('0x0000000105003e67');
    assert.match(await hover.innerText(), /NPT leaf/);
  });
});
