import { cpSync } from 'node:fs';
import path from 'node:path';
import type { HostName } from '../../host/host-table.mjs';
import { launchBrowser } from '../../host/launch-browser.mjs';
import { startServer } from '../../host/start-server.mjs';
import { temporaryFolder } from '../../host/temporary-folder.mjs';
import { workbenchAddress } from '../../host/workbench-address.mjs';
import { Workbench } from './workbench';

export interface WorkbenchOptions {
  /** A folder of this repository; the window opens a copy of it. Left out: samples. */
  readonly folder?: string;
  /** Left out: PAGEWALK_HOST, else the newest. */
  readonly host?: HostName;
  /** User settings, e.g. `{ 'workbench.colorTheme': 'Default Light Modern' }`. */
  readonly settings?: Record<string, unknown>;
  /** Width and height of the window in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  /** `web`: the extension runs in the browser, as on vscode.dev. */
  readonly kind?: 'web';
  /** A folder with installed extensions, instead of this repository's own. */
  readonly extensionsDir?: string;
}

/** How long what a person does may take to show, once the window stands. */
const patienceMs = 15_000;

/** The windows that are open now. */
const open = new Set<Workbench>();

// Mocha's, for every test of a file that opens windows: what a person would have seen.
afterEach(async function () {
  if (this.currentTest?.state !== 'failed') return;
  const name = this.currentTest.fullTitle().replaceAll(/\W+/g, '-');
  for (const workbench of open)
    await workbench.screenshot(path.join('failed', `${workbench.host}-${name}`));
});

/** The top of the repository: tests are run from there. */
const repository = process.cwd();

/**
 * Starts a server on a copy of a folder and opens it in a browser, with the extension loaded.
 * Close what you get: it ends the browser and the server and removes the copy.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const host = options.host ?? hostFromEnvironment();
  const { path: folder, remove } = temporaryFolder('folder');
  const closers: (() => void | Promise<void>)[] = [remove];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    cpSync(path.join(repository, options.folder ?? 'samples'), folder, { recursive: true });
    const server = await startServer({
      host,
      ...(options.settings && { settings: options.settings }),
      ...(options.extensionsDir && { extensionsDir: options.extensionsDir }),
    });
    closers.push(server.stop);
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const page = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } });
    await page.goto(
      workbenchAddress({
        port: server.port,
        folder,
        ...(!options.extensionsDir && { extension: repository }),
        ...(options.kind && { kind: options.kind }),
      }),
    );
    const workbench = new Workbench({ page, folder, host, close });
    await workbench.ready();
    page.setDefaultTimeout(patienceMs);
    open.add(workbench);
    closers.push(() => void open.delete(workbench));
    return workbench;
  } catch (error) {
    await close();
    throw error;
  }
}

function hostFromEnvironment(): HostName {
  return process.env['PAGEWALK_HOST'] === 'oldest' ? 'oldest' : 'newest';
}
