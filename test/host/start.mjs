/**
 * `npm start`: installs, builds, and opens the extension on samples/.
 *
 *   --host web|desktop   left out: desktop when VSCODE_PATH or `code` is found, else web
 *   --port N             of the web host; left out: any free one
 *
 * Works on a fresh clone: it imports nothing but Node before everything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './ensure-dependencies.mjs';
import { findDesktop } from './find-desktop.mjs';
import { hosts } from './host-table.mjs';
import { openInBrowser } from './open-in-browser.mjs';
import { startServer } from './start-server.mjs';
import { workbenchAddress } from './workbench-address.mjs';

const top = fileURLToPath(new URL('../../', import.meta.url));
const samples = path.join(top, 'samples');

/** The numbered lines of the samples' README, without its Markdown. */
function whatToTry() {
  const lines = readFileSync(path.join(samples, 'README.md'), 'utf8').split('\n');
  return lines.filter((line) => /^\d+\. /.test(line)).map((line) => line.replace(/\*\*|`/g, ''));
}

function build() {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed.');
}

/** @param {string} executable */
async function startDesktop(executable) {
  const args = [`--extensionDevelopmentPath=${top}`, '--new-window', '--disable-workspace-trust'];
  const child = spawn(executable, [...args, samples], {
    stdio: 'inherit',
    shell: executable.endsWith('.cmd'),
  });
  console.log(`\nVS Code opens on ${samples}.`);
  sayWhatToTry();
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}

/** @param {number} port */
async function startWeb(port) {
  const server = await startServer({ host: 'newest', port });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => void server.stop());
  const address = workbenchAddress({ port: server.port, folder: samples, extension: top });
  console.log(`\nVS Code ${hosts.newest.vscode} with Pagewalk, on samples/:\n\n  ${address}\n`);
  sayWhatToTry();
  console.log('\nCtrl-C ends it.');
  openInBrowser(address);
  await server.closed;
  await server.stop();
}

function sayWhatToTry() {
  console.log(['What to try first:', ...whatToTry()].join('\n  '));
}

const { values } = parseArgs({
  options: { host: { type: 'string' }, port: { type: 'string', default: '0' } },
});
if (values.host !== undefined && values.host !== 'web' && values.host !== 'desktop') {
  console.error(`--host is web or desktop, not ${values.host}`);
  process.exit(2);
}
process.chdir(top);
try {
  await ensureDependencies();
  build();
  const desktop = values.host === 'web' ? null : findDesktop();
  if (values.host === 'desktop' && !desktop)
    throw new Error('No desktop VS Code found: put `code` on the PATH or set VSCODE_PATH.');
  await (desktop ? startDesktop(desktop) : startWeb(Number(values.port)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
