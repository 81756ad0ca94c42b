import assert from 'node:assert/strict';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('scenarios in the editor, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1280, height: 900 } });
  });
  after(() => workbench.close());

  /** Replaces a text of the file in front by typing. */
  async function retype(text: string, by: string): Promise<void> {
    const spot = await workbench.find(text);
    await workbench.page.mouse.dblclick(spot.x, spot.y);
    await workbench.page.keyboard.type(by);
  }

  it('completes operations, and says what each does', async () => {
    await workbench.openFile('scenarios/zap-with-yields.pagewalk.json');
    const spot = await workbench.find('zap-range');
    await workbench.page.mouse.click(spot.x, spot.y);
    const list = workbench.page.locator('.suggest-widget');
    const wanted = list.getByRole('option', { name: /clear-dirty-log/ });
    // Until the JSON editor has read the schema it offers words of the file.
    for (let left = 5; left > 0; left--) {
      await workbench.page.keyboard.press('Escape');
      await workbench.page.keyboard.press('Control+Space');
      try {
        await wanted.waitFor({ timeout: 3000 });
        break;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
    await workbench.screenshot('scenario-completion');
    await workbench.page.keyboard.press('Escape');
  });

  it('marks what cannot be at its place', async () => {
    await workbench.openFile('scenarios/first-faults.pagewalk.json');
    await retype('0x1008', '0x1000000000');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    const hover = await workbench.hover('0x1000000000');
    await hover.getByText('the last these tables reach').first().waitFor();
    await workbench.screenshot('scenario-problem');
    await workbench.page.keyboard.press('Escape');
  });

  it('begin from a line of a trace: a new scenario, simulated', async () => {
    await workbench.openFile('npt-6.1.kvmtrace', 500);
    await workbench.runCommand('Pagewalk: Simulate from Here');
    const { page } = workbench;
    await page.locator('.tab.active', { hasText: 'line 500.pagewalk.json' }).waitFor();
    const panel = page.locator('.part.sidebar');
    await panel.getByRole('treeitem').filter({ hasText: 'root 0x103b30000' }).first().waitFor();
    await panel.locator('.monaco-progress-container.active').first().waitFor({ state: 'detached' });
    await workbench.screenshot('scenario-from-trace');
    assert.equal(await page.locator('.notification-toast').count(), 0);
  });
});
