import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';

import { openWorkbench } from './open-workbench';
import { type ThemeName, wearTheme } from './wear-theme';
import type { Workbench } from './workbench';

/**
 * A scenario with the way into the middle of one of its operations: so often to that frame. What is
 * there then: facts of the scenario's own page in docs/scenarios.
 */
interface Story {
  readonly name: string;
  readonly title: string;
  readonly gfn: string;
  readonly times: number;
  /** The iterator's row in the middle. */
  readonly place: RegExp;
  /** … and at the end. */
  readonly endPlace: RegExp;
  /** What the message says at the end. */
  readonly end: string;
}

const stories: readonly Story[] = [
  {
    name: 'first-faults',
    title: 'First faults',
    gfn: '1003',
    times: 3,
    place: /^\[8\] empty/,
    endPlace: /^\[8\] leaf/,
    end: 'All is done',
  },
  {
    name: 'dirty-log-split',
    title: 'A huge page is split',
    gfn: '5',
    times: 5,
    place: /^\[5\] leaf/,
    endPlace: /^\[0\] leaf/,
    end: 'All is done',
  },
  {
    name: 'zap-with-yields',
    title: 'A zap that yields',
    gfn: '2',
    times: 5,
    place: /^\[2\] leaf/,
    endPlace: /^\[5\] empty/,
    end: 'All is done',
  },
  {
    name: 'mmio-generation',
    title: 'MMIO entries',
    gfn: 'fee00',
    times: 5,
    place: /^\[0\] MMIO/,
    endPlace: /^\[0\] MMIO.*generation 0x0/,
    end: 'All is done',
  },
  {
    name: 'rfc-disconnected-table',
    title: 'The disconnected table',
    gfn: '205',
    times: 4,
    place: /^\[5\] empty/,
    endPlace: /^\[1\] leaf/,
    end: 'The kernel stops here: BUG_ON',
  },
  {
    name: 'access-tracking',
    title: 'Access tracking',
    gfn: '3',
    times: 6,
    place: /^\[3\] leaf/,
    endPlace: /^\[16\] empty/,
    end: 'All is done',
  },
];

describe('the simulator’s panel, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ size: { width: 1280, height: 1000 } });
  });
  after(() => workbench.close());

  const panel = (): Locator => workbench.page.locator('.part.sidebar');

  /** The row where the iterator is. */
  const here = (): Locator =>
    panel().getByRole('treeitem').filter({ hasText: '← iterator' }).first();

  async function saysOfItself(text: string): Promise<void> {
    await panel().locator('.message').filter({ hasText: text }).first().waitFor();
  }

  /** Waits until nothing is under way any more: neither a request nor a drawing. */
  async function atRest(): Promise<void> {
    await panel()
      .locator('.monaco-progress-container.active')
      .first()
      .waitFor({ state: 'detached' });
  }

  async function runTo(gfn: string): Promise<void> {
    const before = await panel().locator('.message').first().innerText();
    await workbench.runCommand('Pagewalk: Run to Frame');
    await workbench.answer(gfn);
    await workbench.page.waitForFunction(
      (text) => document.querySelector('.part.sidebar .message')?.textContent !== text,
      before,
    );
  }

  /** Drags the border between side bar and editors until the side bar is so wide. */
  async function sidebarWidth(width: number): Promise<void> {
    const { page } = workbench;
    const box = (await panel().boundingBox())!;
    await page.mouse.move(box.x + box.width, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + width, box.y + box.height / 2, { steps: 8 });
    await page.mouse.up();
    await page.mouse.move(900, 500);
    const now = (await panel().boundingBox())!;
    assert.ok(Math.abs(now.width - width) <= 8, `${now.width}`);
  }

  it('says what to do while nothing is simulated', async () => {
    const sidebar = await workbench.openContainer('Page-Table Simulator');
    await sidebar.getByRole('button', { name: 'Open a Scenario' }).waitFor();
    await atRest();
    await workbench.screenshot('simulator-nothing');
  });

  it('begins a scenario from the lens over it', async () => {
    await workbench.openFile('scenarios/first-faults.pagewalk.json');
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Simulate' }).first().click();
    await saysOfItself('5 operations to come');
    await workbench.screenshot('simulator-lens');
  });

  for (const { name, title, gfn, times, place, endPlace, end } of stories) {
    it(`${name}: its start, the iterator inside a child table, its end`, async () => {
      await workbench.runCommand('Pagewalk: Open a Scenario');
      await workbench.choose(title);
      // The scenario itself is shown in an editor, which takes the keyboard.
      await workbench.page
        .locator(`.tab.active[data-resource-name="${name}.pagewalk.json"]`)
        .waitFor();
      await panel().locator('.pane-header .description', { hasText: title }).waitFor();
      await saysOfItself('to come: Next begins');
      await atRest();
      await workbench.screenshot(`simulator-${name}-start`);
      for (let time = 0; time < times; time++) await runTo(gfn);
      await here().filter({ hasText: place }).waitFor();
      await atRest();
      await workbench.screenshot(`simulator-${name}-middle`);
      await workbench.runCommand('Pagewalk: Run to the End');
      await saysOfItself(end);
      await here().filter({ hasText: endPlace }).waitFor();
      await atRest();
      await workbench.screenshot(`simulator-${name}-end`);
    });
  }

  it('is there again after the window was reloaded', async () => {
    const done = panel().locator('.message').filter({ hasText: 'All is done' }).first();
    // A window that is closed too soon after a move comes back to the one before.
    if (!(await done.isVisible())) await workbench.runCommand('Pagewalk: Run to the End');
    await done.waitFor();
    await atRest();
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.openContainer('Page-Table Simulator');
    await saysOfItself('All is done');
    await here()
      .filter({ hasText: stories.at(-1)!.endPlace })
      .waitFor();
  });

  it('shows other machines in the same rows: shadow paging, with its own walker', async () => {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose('Unsync and sync');
    await panel().locator('.pane-header .description', { hasText: 'Unsync' }).waitFor();
    await saysOfItself('to come: Next begins');
    await workbench.runCommand('Pagewalk: Run to the End');
    await saysOfItself('All is done');
    await panel().getByRole('treeitem').filter({ hasText: 'shadow root' }).first().waitFor();
    await panel().getByRole('treeitem').filter({ hasText: '← walker' }).first().waitFor();
    await atRest();
    await workbench.screenshot('simulator-shadow-end');
  });

  it('steps back from where the kernel stopped', async () => {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose('The disconnected table');
    await saysOfItself('to come: Next begins');
    await workbench.runCommand('Pagewalk: Run to the End');
    await saysOfItself('The kernel stops here');
    await workbench.runCommand('Pagewalk: Move Back');
    await saysOfItself('Page Fault, move');
  });

  it('has its controls in the title bar and fits 300 pixels', async () => {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose('A huge page is split');
    await saysOfItself('to come: Next begins');
    for (let time = 0; time < 5; time++) await runTo('5');
    await here()
      .filter({ hasText: /^\[5\] leaf/ })
      .waitFor();
    await sidebarWidth(300);
    await panel().locator('.pane-header[aria-label^="Page Tables"]').hover();
    await panel().locator('.pane-header .action-label[aria-label^="Next Move"]').waitFor();
    await atRest();
    await workbench.screenshot('simulator-300', panel());
  });

  it('shows the entry of an event that is clicked, in the run that holds it', async () => {
    await panel().getByRole('treeitem').filter({ hasText: 'entry written [1]' }).first().click();
    const row = panel()
      .locator('[role=treeitem][aria-selected=true]')
      .filter({ hasText: /^\[1\] leaf/ });
    await row.waitFor();
    await workbench.screenshot('simulator-event', panel());
  });

  it('explains an entry as a hover does', async () => {
    await here().hover();
    const hover = workbench.page.locator('.workbench-hover').filter({ hasText: 'EPT leaf' });
    await hover.waitFor();
    await workbench.screenshot('simulator-tooltip');
    await workbench.page.mouse.move(900, 500);
  });

  it('offers what can be done to an entry', async () => {
    await here().click({ button: 'right' });
    await workbench.page
      .locator('.context-view .action-label', { hasText: 'Zap This Entry' })
      .waitFor();
    await workbench.screenshot('simulator-context');
    await workbench.page.keyboard.press('Escape');
  });

  it('asks for an operation and its parameters, and says what is wrong with one', async () => {
    await workbench.runCommand('Pagewalk: Run an Operation');
    await workbench.choose('Guest Access');
    await workbench.quickInput().fill('0x1000000000');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByText('is beyond 0xfffffffff').waitFor();
    await workbench.screenshot('simulator-operation');
    await workbench.page.keyboard.press('Escape');
  });

  it('obeys keys while it has the focus, and says why a step cannot be', async () => {
    await here().click();
    await workbench.page.keyboard.press('F11');
    await saysOfItself('Down: level 1 has no tables below it');
    await workbench.page.keyboard.press('Control+F10');
    await here()
      .filter({ hasText: /^\[6\] leaf/ })
      .waitFor();
    await workbench.page.keyboard.press('F9');
    await here()
      .filter({ hasText: /^\[5\] leaf/ })
      .waitFor();
  });

  for (const theme of ['light', 'dark', 'high-contrast'] satisfies ThemeName[]) {
    it(`can be read in ${theme}`, async () => {
      await wearTheme(workbench, theme);
      await here().waitFor();
      await atRest();
      await workbench.screenshot(`simulator-${theme}`, panel());
    });
  }
});

describe('the simulator in the browser, as on vscode.dev', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ kind: 'web' });
  });
  after(() => workbench.close());

  it('opens a scenario that comes with Pagewalk and runs it', async () => {
    await workbench.runCommand('Pagewalk: Open a Scenario');
    await workbench.choose('First faults');
    const message = workbench.page.locator('.part.sidebar .message');
    await message.filter({ hasText: 'to come: Next begins' }).waitFor();
    await workbench.runCommand('Pagewalk: Run to the End');
    await message.filter({ hasText: 'All is done' }).waitFor();
    await workbench.page.getByRole('treeitem').filter({ hasText: '← iterator' }).waitFor();
    await workbench.screenshot('simulator-web');
  });
});
