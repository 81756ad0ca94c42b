import { format } from 'node:util';
import { launchBrowser } from '../host/launch-browser.mjs';
import { startServer } from '../host/start-server.mjs';
import { workbenchAddress } from '../host/workbench-address.mjs';

const limitMs = 180_000;
/** How much of the host's console is shown when a run does not end. */
const lastWords = 5;

/**
 * Runs a suite in the web workbench's extension host.
 *
 * @param {object} run
 * @param {import('../host/host-table.mjs').HostName} run.host
 * @param {string} run.folder opened in the window
 * @param {string} run.extension
 * @param {string} run.tests script that exports `run()`
 * @param {Record<string, string>} run.env seen by the extension host
 * @returns {Promise<boolean>} all passed
 */
export async function runOnWeb({ host, folder, extension, tests, env }) {
  const server = await startServer({ host, env });
  const browser = await launchBrowser();
  /** What the host wrote to its console @type {string[]} */
  const said = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let limit;
  try {
    const page = await browser.newPage();
    const exit = new Promise((resolve, reject) => {
      limit = setTimeout(() => reject(new Error('The tests did not end in time.')), limitMs);
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    });
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ _type, /** @type {unknown[]} */ values) => {
        said.push(format(...values).split('\n', 1)[0] ?? '');
      },
    );
    await page.goto(workbenchAddress({ port: server.port, folder, extension, tests }));
    return (await exit) === 0;
  } catch (error) {
    console.error(said.slice(-lastWords).join('\n'));
    throw error;
  } finally {
    clearTimeout(limit);
    await browser.close();
    await server.stop();
  }
}
