import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bothTables } from '../../golden/nested-tables';
import { sharedPlace } from '../../golden/places';
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
    await workbench.runCommand('Pagewalk: Walk in Two Dimensions');
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
    await picture().getByRole('link', { name: '0x4007' }).click();
    // Line 3 has the guest's third entry; the keyboard stays in the picture.
    await workbench.page.locator('.line-numbers.active-line-number').getByText('3').waitFor();
  });

  it('walks a simulated machine’s tables, as they are now, under its guest’s own', async () => {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose("A guest's own tables over EPT");
    const title = workbench.page.locator('.pane-header .description');
    await title.filter({ hasText: "A guest's own tables over EPT" }).waitFor();
    await workbench.runCommand('Pagewalk: Run to the End');
    await workbench.page.getByText('All is done.').waitFor();
    await workbench.runCommand('Pagewalk: Open Simulated Tables as a Dump');
    await workbench.page.locator('.tab.active', { hasText: 'after move' }).waitFor();
    await workbench.runCommand('Pagewalk: Walk an Address…');
    await workbench.page.getByText('Walk an Address in').waitFor();
    await workbench.quickInput().fill('123');
    await workbench.page.keyboard.press('Enter');
    // The slot puts GFN 5 into host frame 0x10005.
    await row('0x123 → 0x10005123').waitFor();
    await workbench.runCommand('Pagewalk: Show in Two Dimensions');
    await picture()
      .getByRole('heading', { name: 'GVA 0x123 → GPA 0x5123 → HPA 0x10005123' })
      .waitFor();
    await workbench.screenshot('two-dimensions-simulated');
  });

  const image = sharedPlace('external', 'qemu-arm64', 'qemu-arm64-s1s2-4k-1.xp');
  if (image !== undefined) {
    it('shows both stages of arm64 as the registers in the comment line set them up', async () => {
      const registers =
        'ttbr=0x41030000 tcr=0x280903510 vttbr=0x41000000 vtcr=0x80043558 hcr=0x80000001';
      const name = 'stage1-over-stage2.xp';
      const text = `# pagewalk: ${registers}\n${readFileSync(image, 'utf8')}`;
      writeFileSync(path.join(workbench.folder, name), text);
      await workbench.openFile(name);
      await workbench.runCommand('Pagewalk: Walk an Address…');
      await workbench.page.getByText(`Walk an Address in ${name}`).waitFor();
      await workbench.quickInput().fill('0xb19651185c06');
      await workbench.page.keyboard.press('Enter');
      // What QEMU's gva2gpa answers.
      await row('0xb19651185c06 → 0x563fc297c06').waitFor();
      await workbench.runCommand('Pagewalk: Show in Two Dimensions');
      await picture().getByRole('heading', { name: 'IPA 0x21606fec06' }).waitFor();
      await workbench.screenshot('two-dimensions-arm64');
    });
  }
});
