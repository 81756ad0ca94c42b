import assert from 'node:assert/strict';

import { openWorkbench } from './open-workbench';
import { wearTheme } from './wear-theme';
import type { Workbench } from './workbench';

/** The leaf of guest page 0xb803000 in the capture `npt-6.1`. */
const leaf = '0x0000000105003e67';

describe('hints, lenses and the call hierarchy, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1440, height: 720 } });
  });
  after(() => workbench.close());

  const shown = (text: string) => workbench.editor().getByText(text, { exact: false }).first();

  it('a dump says at the end of each line what its entries are', async () => {
    await workbench.openFileAt('npt-6.1.xp', leaf);
    await shown('0x105002–0x105003').waitFor();
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      await wearTheme(workbench, theme);
      await shown('0x105002–0x105003').waitFor();
      await workbench.screenshot(`hints-${theme}`);
    }
  });

  it('a table has a lens that says what it covers', async () => {
    await workbench.openFile('npt-6.1.xp', 1);
    await shown('covers GPA 0x0').waitFor();
    await workbench.screenshot('lens');
  });

  it('a leaf leads up to its root in the call hierarchy', async () => {
    await workbench.openFileAt('npt-6.1.xp', leaf);
    await workbench.runCommand('Calls: Show Call Hierarchy');
    const row = (text: string) =>
      workbench.page.getByRole('treeitem').filter({ hasText: text }).first();
    for (const table of ['0x103ae7000', '0x103b2e000', '0x103b2f000', '0x103b30000']) {
      await row(table).waitFor();
      await row(table).click();
      await workbench.page.keyboard.press('ArrowRight');
    }
    assert.ok(await row('0x103b30000').isVisible());
    await workbench.screenshot('call-hierarchy');
  });
});
