import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { HostName } from '../../host/host-table.mjs';
import { findText, type Spot } from './find-text';

interface WorkbenchParts {
  readonly page: Page;
  readonly folder: string;
  readonly host: HostName;
  readonly close: () => Promise<void>;
}

const hoverTries = 16;
const hoverPatienceMs = 1500;

/**
 * A VS Code window as a person uses it: by keyboard and mouse. Every method waits until what it did
 * is to be seen, or fails after the page's limit.
 */
export class Workbench {
  /** For whatever this class has no method for. */
  readonly page: Page;
  /** The opened folder: a copy that a test may write to. */
  readonly folder: string;
  readonly host: HostName;
  /** Ends the browser and the server, removes the folder. */
  readonly close: () => Promise<void>;

  constructor(parts: WorkbenchParts) {
    this.page = parts.page;
    this.folder = parts.folder;
    this.host = parts.host;
    this.close = parts.close;
  }

  /** The window stands, with its folder, and the extensions are known: their themes are. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await this.page.locator('.explorer-folders-view [role=treeitem]').first().waitFor();
    await this.page.locator('.monaco-workbench[class*="vscode-theme-"][class*="-json"]').waitFor();
  }

  /**
   * Opens a file of the folder, and shows a line (from 1) when one is given.
   *
   * @returns the active editor
   */
  async openFile(name: string, line?: number): Promise<Locator> {
    const place = path.join(this.folder, name) + (line === undefined ? '' : `:${line}`);
    await this.page.keyboard.press('Control+P');
    await this.quickInput().fill(place);
    // The first row may be the file opened last, until the list is filtered.
    await this.choose(path.basename(name));
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page
      .locator(`.tab.active[data-resource-name="${path.basename(name)}"]`)
      .first()
      .waitFor();
    const editor = this.editor();
    await editor.locator('.view-line').first().waitFor();
    return editor;
  }

  /** Opens a file of the folder at the line where a text first stands. */
  async openFileAt(name: string, text: string): Promise<Locator> {
    const content = readFileSync(path.join(this.folder, name), 'utf8');
    const at = content.indexOf(text);
    if (at < 0) throw new Error(`${name} holds no ${text}`);
    return this.openFile(name, content.slice(0, at).split('\n').length);
  }

  /** The active text editor. */
  editor(): Locator {
    return this.page
      .locator('.editor-group-container.active .editor-instance .monaco-editor')
      .first();
  }

  /** Runs a command as the palette shows it, e.g. `Pagewalk: Walk an Address...`. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.quickInput();
    await input.fill(`>${title}`);
    await this.choose(title);
  }

  /** Types into the open quick input and confirms it. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput();
    await input.waitFor();
    await input.fill(text);
    const rows = this.quickRows();
    // A quick pick answers with its first row: wait for it. An input box has none.
    if (await this.page.locator('.quick-input-widget .quick-input-list').isVisible())
      await rows.first().waitFor();
    await input.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Picks the row of the open quick pick whose text contains this. */
  async choose(text: string): Promise<void> {
    // A tooltip of the row under the mouse may lie over the row that is wanted.
    await this.page.mouse.move(0, 0);
    await this.quickRows().filter({ hasText: text }).first().click();
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input').first();
  }

  quickRows(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-list [role=option]');
  }

  /** Where a text stands in the visible part of the active editor. */
  async find(text: string, occurrence = 0): Promise<Spot> {
    const editor = await this.editor().elementHandle();
    const found = await this.page.waitForFunction(findText, { editor, text, occurrence });
    return (await found.jsonValue())!;
  }

  /**
   * Rests the mouse on a text of the active editor until a hover with an answer shows.
   *
   * @returns the hover
   */
  async hover(text: string, occurrence = 0): Promise<Locator> {
    const hover = this.page
      .locator('.monaco-hover:not(.hidden):has(.hover-row)')
      .filter({ hasNotText: 'Loading...' })
      .first();
    // A server that is still starting has no answer, and none is asked for again while the mouse rests.
    for (let left = hoverTries; left > 0; left--) {
      const spot = await this.find(text, occurrence);
      await this.page.mouse.move(spot.x, spot.y + spot.height * 3);
      await this.page.mouse.move(spot.x + spot.width / 2, spot.y + spot.height / 2, { steps: 4 });
      const timeout = left > 1 ? hoverPatienceMs : undefined;
      try {
        await hover.waitFor({ ...(timeout && { timeout }) });
        break;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
    return hover;
  }

  /** Puts the caret on a text and asks for its definition. */
  async goToDefinition(text: string, occurrence = 0): Promise<void> {
    const spot = await this.find(text, occurrence);
    await this.page.mouse.click(spot.x + spot.width / 2, spot.y + spot.height / 2);
    await this.page.keyboard.press('F12');
  }

  /** Shows a view container by the name of its icon in the activity bar, e.g. `Pagewalk`. */
  async openContainer(name: string): Promise<Locator> {
    const icon = this.page.locator('.activitybar [role=tab]').filter({
      has: this.page.locator(`.action-label[aria-label^="${name}"]`),
    });
    await icon.waitFor();
    if ((await icon.getAttribute('aria-expanded')) !== 'true') await icon.click();
    const sidebar = this.page.locator('.part.sidebar');
    await sidebar.locator('.composite-title, .pane').first().waitFor();
    return sidebar;
  }

  /** A view by its title; it stands, and is opened when it was closed. */
  async view(title: string): Promise<Locator> {
    const pane = this.page
      .locator('.pane')
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
    await pane.first().waitFor();
    const header = pane.locator('.pane-header').first();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    return pane.first();
  }

  /** The rows of a view that are on the screen. */
  rows(view: Locator): Locator {
    return view.locator('[role=treeitem]');
  }

  /** Takes a picture: out/screenshots/NAME.png, of the whole window or of one part. */
  async screenshot(name: string, part?: Locator): Promise<string> {
    const file = path.join('out', 'screenshots', `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    // What fades in or out has done so.
    await (part ?? this.page).screenshot({ path: file, animations: 'disabled' });
    return file;
  }
}
