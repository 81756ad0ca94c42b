import assert from 'node:assert/strict';
import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('a hover, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench.close());

  it('tells what an NPT leaf of a real KVM is', async () => {
    await workbench.openFileAt('npt-6.1.xp', '0x0000000105003e67');
    const hover = await workbench.hover('0x0000000105003e67');
    const text = await hover.innerText();
    assert.match(text, /NPT leaf/);
    assert.match(text, /0x105003\b/);
    await workbench.screenshot('hover-npt-leaf');
  });
});
