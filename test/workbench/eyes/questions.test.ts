import assert from 'node:assert/strict';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('questions asked by keyboard, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile('npt-6.1.xp');
  });
  after(() => workbench.close());

  const row = (text: string) => workbench.page.getByRole('treeitem').filter({ hasText: text });
  /** The Markdown preview opened last. */
  const preview = () =>
    workbench.page.locator('iframe.webview').last().contentFrame().frameLocator('#active-frame');
  const title = () => workbench.page.locator('.quick-input-title');

  it('would this access fault: the answer stands under its walk', async () => {
    await workbench.runCommand('Pagewalk: Would This Access Fault');
    await workbench.page.getByText('Walk an Address in').waitFor();
    await workbench.quickInput().fill('94faa77');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByText('Would This Access Fault? Address 0x94faa77').waitFor();
    await workbench.screenshot('access-type');
    await workbench.choose('Write');
    await workbench.page.getByText('The Access and Its CPU').waitFor();
    await workbench.screenshot('access-options');
    await workbench.page.keyboard.press('Enter');
    await row('write → faults: NPF, EXITINFO1 0x100000006').waitFor();
    const decides = await row('← decides (bit 0)').innerText();
    assert.match(decides, /L1/);
    await workbench.page.mouse.move(640, 700);
    await workbench.screenshot('access-answer');
  });

  it('a stage-2 layout: granule, rules, size; then a document', async () => {
    await workbench.runCommand('Pagewalk: Stage-2 Layout for an IPA Size');
    await workbench.choose('4K');
    await title().getByText('Stage-2 Layout: 4K Pages').waitFor();
    await workbench.choose('Linux v5.10 and later');
    await workbench.page.getByText('Bits of the guest-physical address').waitFor();
    await workbench.quickInput().fill('40');
    await workbench.page.keyboard.press('Enter');
    await preview().getByText('root of 2 concatenated tables').waitFor();
    await workbench.screenshot('stage2-layout');
    await workbench.page.keyboard.press('Control+F4');
  });

  it('an entry: format, level, kernel, then its fields, and the value changes with them', async () => {
    await workbench.runCommand('Pagewalk: Compose an Entry');
    await workbench.choose('ept');
    await title().getByText('Compose an Entry: EPT').waitFor();
    await workbench.choose('level 1');
    await workbench.page.getByText('Kernel whose software bits').or(title()).first().waitFor();
    await workbench.choose('Linux v5.19');
    await title().getByText('Compose an Entry: EPT, level 1').waitFor();
    for (const bit of ['read', 'write', 'MMU-present']) {
      await workbench.quickInput().fill(bit);
      await workbench.page
        .getByRole('option')
        .filter({ hasText: `${bit} = 0`, hasNotText: `-${bit} = ` })
        .first()
        .click();
      await workbench.page
        .getByRole('option')
        .filter({ hasText: `${bit} = 1`, hasNotText: `-${bit} = ` })
        .first()
        .waitFor();
    }
    await workbench.quickInput().fill('frame');
    await workbench.choose('frame = ');
    await workbench.page.getByText('frame, bits 51:12').waitFor();
    await workbench.quickInput().fill('67890');
    await workbench.page.keyboard.press('Enter');
    await workbench.quickRows().filter({ hasText: '0x67890803' }).first().waitFor();
    await preview().getByText('EPT leaf, 4 KiB, r w -').waitFor();
    await workbench.screenshot('compose-fields');
    await workbench.choose('0x67890803');
    await workbench.page.getByText('0x67890803 is on the clipboard').waitFor();
  });
});
