import assert from 'node:assert/strict';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

const zap = 'gfn 100 level 1 old_spte 103cb5e67 new_spte 0';

describe('time in a trace, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1500, height: 860 } });
  });
  after(() => workbench.close());

  const row = (text: string) => workbench.page.getByRole('treeitem').filter({ hasText: text });

  it('a change: old and new, when the entry was set before and is set again', async () => {
    await workbench.openFileAt('npt-6.1.kvmtrace', zap);
    const hover = await workbench.hover('103cb5e67');
    const text = await hover.innerText();
    assert.match(text, /was a writable 4 KiB leaf, now not present/);
    assert.match(text, /Set before: line 2\d · set again: line 129/);
    await workbench.screenshot('trace-hover');
    await hover.getByText('Walk as of this line').scrollIntoViewIfNeeded();
    await workbench.screenshot('trace-hover-links');
  });

  it('an address as of a line, from the link: its rows lead to the lines', async () => {
    await workbench.openFileAt('npt-6.1.kvmtrace', zap);
    const link = (await workbench.hover('103cb5e67')).getByText('Walk as of this line');
    await link.scrollIntoViewIfNeeded();
    await link.click();
    await workbench.page.getByText('Walk an Address as of Line 99').waitFor();
    assert.equal(await workbench.quickInput().inputValue(), '0x100000');
    await workbench.page.keyboard.press('Enter');
    await row('0x100000 → not present').waitFor();
    await row('L1 [256] empty').waitFor();
    await workbench.screenshot('trace-walk');
  });

  it('the tables as of a line', async () => {
    await workbench.openFileAt('npt-6.1.kvmtrace', zap);
    await workbench.runCommand('Pagewalk: Open Table as of This Line');
    await workbench.page.locator('.tab.active', { hasText: 'as of line 99' }).waitFor();
    // The walk beside it says so too.
    await workbench.editor().getByText('table → 0x103b2f000').first().waitFor();
    await workbench.screenshot('trace-table');
  });

  it('what differs between two lines', async () => {
    await workbench.openFileAt('npt-6.1.kvmtrace', zap);
    await workbench.runCommand('Pagewalk: Compare Table with Another Line');
    await workbench.page.getByText('Compare Line 99 of').waitFor();
    await workbench.quickInput().fill('90');
    await workbench.page.keyboard.press('Enter');
    const changed = (what: 'delete' | 'insert') =>
      workbench.page.locator(`.monaco-diff-editor .line-${what}`).first();
    await Promise.all([changed('delete').waitFor(), changed('insert').waitFor()]);
    await workbench.screenshot('trace-compare');
  });
});
