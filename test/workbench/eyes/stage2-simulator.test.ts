import type { Locator } from 'playwright-core';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

describe('arm64’s stage 2 in the simulator’s panel, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1280, height: 1000 } });
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

  async function runTo(ipa: string): Promise<void> {
    await workbench.runCommand('Pagewalk: Run to Frame');
    await workbench.answer(ipa);
    await atRest();
  }

  it('a concatenated root, the walker in its second table', async () => {
    await open('A concatenated stage-2 root');
    await runTo('8080203000');
    await runTo('8080203000');
    await runTo('8080203000');
    await row(/^table 1 0x41401000/).waitFor();
    await row(/^\[3\] empty/).waitFor();
    await workbench.screenshot('stage2-concatenated-root');
  });

  it('break-before-make: the entry between two values', async () => {
    await open('Break-before-make under dirty logging');
    // Mapped by levels 1 and 2, write-protected, then found in the way by the write.
    for (let time = 0; time < 4; time++) await runTo('40205000');
    await workbench.runCommand('Pagewalk: Next Move');
    await row('LOCKED: break-before-make').waitFor();
    await atRest();
    await workbench.screenshot('stage2-locked');
    await workbench.runCommand('Pagewalk: Run to the End');
    await row(/block/).waitFor();
    await atRest();
    await workbench.screenshot('stage2-break-before-make');
  });
});
