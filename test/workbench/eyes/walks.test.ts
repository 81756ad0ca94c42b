import assert from 'node:assert/strict';

import { openWorkbench } from './open-workbench';
import { wearTheme } from './wear-theme';
import type { Workbench } from './workbench';

/** The walk of guest page 0xb8030c9 in the capture `npt-6.1`: its leaf, and the row that shows it. */
const leaf = '0x0000000105003e67';

/** Waits until the sign of this level stands in the editor's margin, or none does. */
async function waitForSign(workbench: Workbench, level: string | null): Promise<void> {
  const signs = workbench.editor().locator('.glyph-margin-widgets [class*="TextEditorDecoration"]');
  if (level === null) {
    await signs.first().waitFor({ state: 'detached' });
    return;
  }
  // The signs of a walk come one by one: wait for this level's.
  await workbench.page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('.glyph-margin-widgets [class*="TextEditorDecoration"]')]
        .map((sign) => decodeURIComponent(getComputedStyle(sign).backgroundImage))
        .some((picture) => picture.includes(`>${wanted}<`)),
    level,
  );
}

async function walk(workbench: Workbench, address: string): Promise<void> {
  await workbench.runCommand('Pagewalk: Walk an Address');
  await workbench.answer(address);
}

describe('the Walks view, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench.close());

  const row = (text: string) => workbench.page.getByRole('treeitem').filter({ hasText: text });

  it('says what to do while nothing is open', async () => {
    const sidebar = await workbench.openContainer('Pagewalk');
    await sidebar.getByRole('button', { name: 'Open File' }).waitFor();
    await workbench.screenshot('walks-nothing-open');
  });

  it('says what to do when a dump is open', async () => {
    await workbench.openFile('npt-6.1.xp');
    await workbench.page.getByRole('button', { name: 'Walk an Address' }).first().waitFor();
  });

  it('says what is wrong with an address while it is typed', async () => {
    await workbench.runCommand('Pagewalk: Walk an Address');
    await workbench.quickInput().waitFor();
    await workbench.quickInput().fill('b80g');
    await workbench.page.getByText("'g' is no hexadecimal digit.").waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('lists a level a row, with entry, meaning and address', async () => {
    await walk(workbench, 'b8030c9');
    await row('0xb8030c9 → 0x1050030c9').waitFor();
    assert.ok(await workbench.page.locator('.monaco-editor.focused').isVisible(), 'keeps the keys');
    for (const [level, table] of [
      ['L4 [0]', '0x103b2f000'],
      ['L3 [0]', '0x103b2e000'],
      ['L2 [92]', '0x103ae7000'],
    ]) {
      const text = await row(level!).first().innerText();
      assert.match(text, new RegExp(table!), level);
    }
    assert.match(await row('L1 [3]').innerText(), /0x105003000/);
    assert.match(await row('L1 [3]').innerText(), /0x105003e67 at 0x103ae7018/);
  });

  it('shows the place of a level and marks the path in the dump', async () => {
    await row('L1 [3]').click();
    const spot = await workbench.find(leaf);
    assert.ok(spot.width > 0);
    await waitForSign(workbench, 'L1');
    await workbench.page.mouse.move(640, 700);
    await workbench.screenshot('walks-path');
  });

  it("explains a row as the dump's own hover does", async () => {
    await row('L1 [3]').hover();
    const tooltip = workbench.page.locator('.monaco-hover').filter({ hasText: 'NPT leaf' });
    await tooltip.waitFor();
    await workbench.screenshot('walks-tooltip');
    await workbench.page.mouse.move(640, 700);
  });

  it('walks from a link in a hover, and selects that walk though the view was hidden', async () => {
    await workbench.page.keyboard.press('Control+B');
    const hover = await workbench.hover('0x0000000105001e67');
    await hover.getByText('Walk GPA 0xb801000').click();
    const walked = row('0xb801000 → 0x105001000');
    await walked.waitFor();
    await workbench.page.waitForFunction(() =>
      document
        .querySelector('[role=treeitem][aria-selected=true]')
        ?.textContent.includes('0xb801000'),
    );
  });

  it('clears the marks, then the walks', async () => {
    await workbench.runCommand('Pagewalk: Clear the Highlighted Path');
    await waitForSign(workbench, null);
    await workbench.runCommand('Pagewalk: Clear All Walks');
    await row('0xb8030c9').waitFor({ state: 'detached' });
  });
});

for (const theme of ['light', 'high-contrast', 'high-contrast-light'] as const)
  describe(`the Walks view in the theme ${theme}`, () => {
    let workbench: Workbench;
    before(async () => {
      workbench = await openWorkbench({ size: { width: 1000, height: 640 } });
      await wearTheme(workbench, theme);
    });
    after(() => workbench.close());

    it('tells kinds by icon and word, and marks the path', async () => {
      await workbench.openFile('npt-6.1.xp');
      await walk(workbench, '94faa77');
      await workbench.page.getByRole('treeitem', { name: 'not present' }).first().waitFor();
      await walk(workbench, 'b8030c9');
      await workbench.page.getByRole('treeitem').filter({ hasText: 'L1 [3]' }).click();
      await waitForSign(workbench, 'L1');
      await workbench.screenshot(`walks-${theme}`);
    });
  });
