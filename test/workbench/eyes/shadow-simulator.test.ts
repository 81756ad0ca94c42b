import type { Locator } from 'playwright-core';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('shadow paging in the simulator’s panel, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1280, height: 1200 } });
  });
  after(() => workbench.close());

  const panel = (): Locator => workbench.page.locator('.part.sidebar');
  const row = (text: string | RegExp): Locator =>
    panel().getByRole('treeitem').filter({ hasText: text }).first();

  async function atRest(): Promise<void> {
    await panel()
      .locator('.monaco-progress-container.active')
      .first()
      .waitFor({ state: 'detached' });
  }

  async function open(title: string): Promise<void> {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose(title);
    await panel().locator('.pane-header .description', { hasText: title }).waitFor();
    await atRest();
  }

  async function runTo(gva: string): Promise<void> {
    await workbench.runCommand('Pagewalk: Run to Frame');
    await workbench.answer(gva);
    await atRest();
  }

  /** Drags the border between side bar and editors until the side bar is so wide. */
  async function sidebarWidth(width: number): Promise<void> {
    const { page } = workbench;
    const box = (await panel().boundingBox())!;
    const border = box.x + box.width;
    await page.mouse.move(border, 500);
    await page.mouse.down();
    await page.mouse.move(border + width - box.width, 500, { steps: 8 });
    await page.mouse.up();
    await page.mouse.move(900, 500);
  }

  /** Goes to the tree's last row until that one is to be seen: rows come as they are asked for. */
  async function toEnd(wanted: Locator): Promise<void> {
    const tree = panel().getByRole('tree').first();
    for (let left = 20; left > 0 && !(await wanted.isVisible()); left--) {
      await tree.focus();
      await workbench.page.keyboard.press('End');
      await wanted.waitFor({ timeout: 500 }).catch(() => undefined);
    }
    await wanted.waitFor();
  }

  it('guest and shadow tables side by side, at a quadrant step', async () => {
    await open('Quadrants of a 32-bit guest');
    await sidebarWidth(620);
    // Facts: PDE 1 of the first root; bit 21 is 1, so the page below is quadrant 1.
    await runTo('200000');
    await row(/quadrant below/).waitFor();
    await row(/← /).waitFor();
    await workbench.screenshot('shadow-quadrant');
  });

  it('a frame’s rmap with its descriptors', async () => {
    await open('An rmap grows and shrinks');
    await runTo('228000');
    await runTo('228000');
    // The list of frames is the last row, and the frame the last of the list.
    await row('[40] empty').click();
    await toEnd(row(/Who maps each frame/));
    await workbench.page.keyboard.press('ArrowRight');
    await toEnd(row(/^GFN 0x100/));
    await workbench.page.keyboard.press('ArrowRight');
    await toEnd(row(/14 of 14/));
    await atRest();
    await workbench.screenshot('shadow-rmap');
  });

  it('figures and a chart of the split cache', async () => {
    await workbench.runCommand('Pagewalk: Split Cache Before and After the Fix');
    const input = workbench.quickInput();
    await input.fill('8');
    await input.press('Enter');
    await workbench.page.locator('.quick-input-widget', { hasText: 'each split takes' }).waitFor();
    await workbench.answer('512');
    const preview = workbench.page
      .locator('iframe.webview')
      .last()
      .contentFrame()
      .frameLocator('#active-frame');
    await preview.getByText('filled before').first().waitFor();
    await workbench.screenshot('split-cache-chart');
  });
});
