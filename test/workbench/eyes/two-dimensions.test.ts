import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { bothTables } from '../../golden/nested-tables';
import { openWorkbench } from './open-workbench';
import { type ThemeName, wearTheme } from './wear-theme';
import type { Workbench } from './workbench';

describe('walks in two dimensions, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1600, height: 1000 } });
    writeFileSync(path.join(workbench.folder, 'guest-over-ept.xp'), bothTables(4));
  });
  after(() => workbench.close());

  const row = (text: string | RegExp) =>
    workbench.page.getByRole('treeitem').filter({ hasText: text });
  const picture = () =>
    workbench.page.locator('iframe.webview').last().contentFrame().frameLocator('#active-frame');

  it('asks for both roots, lists every reference with its number', async () => {
    await workbench.openFile('guest-over-ept.xp');
    await workbench.runCommand('Pagewalk: Walk an Address in Two Dimensions');
    await workbench.page.getByText('The Guest’s Own Root').waitFor();
    await workbench.quickInput().fill('1000');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByText('Format of the Guest’s Own Tables').waitFor();
    await workbench.choose('guest64');
    await workbench.page.getByText('Which Root Is Under the Guest?').waitFor();
    await workbench.screenshot('two-dimensions-root');
    await workbench.choose('0x10000');
    await workbench.page.getByText('Walk an Address in guest-over-ept.xp').waitFor();
    await workbench.quickInput().fill('123');
    await workbench.page.keyboard.press('Enter');
    await row('0x123 → 0x25123').waitFor();
    await row('1 · EPT L4').first().waitFor();
    await workbench.screenshot('two-dimensions-list');
  });

  it('draws them as a grid: down what the guest reads, across what is read before', async () => {
    await workbench.runCommand('Pagewalk: Show in Two Dimensions');
    await picture()
      .getByRole('heading', { name: 'GVA 0x123 → GPA 0x5123 → HPA 0x25123' })
      .waitFor();
    const numbers = await picture().locator('.number').allInnerTexts();
    assert.deepEqual(
      numbers,
      Array.from({ length: 24 }, (_, at) => String(at + 1)),
    );
    await workbench.screenshot('two-dimensions');
  });

  for (const theme of ['light', 'high-contrast'] satisfies ThemeName[]) {
    it(`can be read in ${theme}`, async () => {
      await wearTheme(workbench, theme);
      await picture().locator('.number').first().waitFor();
      await workbench.screenshot(`two-dimensions-${theme}`);
    });
  }

  it('leads from a read to its place in the dump', async () => {
    await wearTheme(workbench, 'dark');
    await picture().getByRole('link', { name: '0x2007' }).first().click();
    await workbench.page.locator('.tab.active[data-resource-name="guest-over-ept.xp"]').waitFor();
    await workbench.page.locator('.part.statusbar').getByText(/Ln 1,/).waitFor();
  });
});
