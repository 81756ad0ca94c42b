/** Starts VS Code's web server in a profile of its own, and stops it with all it started. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostSettings } from './host-settings.mjs';
import { installServer } from './install-server.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

const startLimitMs = 60_000;

/**
 * @typedef {object} Server
 * @property {number} port on 127.0.0.1
 * @property {() => string} log what it printed last
 * @property {Promise<void>} closed settles when it ends, whoever ended it
 * @property {() => Promise<void>} stop ends it and removes its profile
 */

/**
 * @param {object} options
 * @param {import('./host-table.mjs').HostName} options.host
 * @param {Record<string, unknown>} [options.settings] user settings beside those of every host
 * @param {string} [options.extensionsDir] where installed extensions are; left out: an empty folder
 * @param {Record<string, string>} [options.env] seen by the extension host
 * @param {number} [options.port] 0 or left out: any free one
 * @returns {Promise<Server>}
 */
export async function startServer({ host, settings, extensionsDir, env, port = 0 }) {
  const { node, main } = await installServer(host);
  const { path: profile, remove } = temporaryFolder('host');
  writeSettings(profile, { ...hostSettings, ...settings });
  const child = spawn(
    node,
    [
      main,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      ...[
        '--accept-server-license-terms',
        '--telemetry-level',
        'off',
        '--enable-smoke-test-driver',
      ],
      ...['--user-data-dir', profile, '--server-data-dir', path.join(profile, 'server')],
      ...['--extensions-dir', extensionsDir ?? path.join(profile, 'extensions')],
    ],
    {
      cwd: profile,
      env: { ...process.env, ...temporaryFilesIn(profile), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: stopping it stops the extension hosts too.
      detached: process.platform !== 'win32',
    },
  );
  let output = '';
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => child.once('close', () => resolve()));
  const end = () => endGroup(child);
  process.once('exit', end);
  // Twice is harmless: a signal and the end of the server may come together.
  const stop = async () => {
    end();
    await closed;
    process.removeListener('exit', end);
    remove();
  };
  const listening = new Promise((resolve, reject) => {
    const refuse = (/** @type {string} */ why) =>
      reject(new Error(`VS Code's server ${why}:\n${output}`));
    const limit = setTimeout(() => refuse('did not start in time'), startLimitMs);
    child.once('error', reject);
    child.once('close', (code) => (clearTimeout(limit), refuse(`ended with status ${code}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-20_000);
        const ready = /Web UI available at https?:\/\/[^:/\s]+:(\d+)/.exec(output);
        if (ready) resolve((clearTimeout(limit), Number(ready[1])));
      });
  });
  try {
    return { port: await listening, log: () => output, closed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Its sockets go into the profile, so that they go with it. Elsewhere than on Linux the folder's name
 * is too long for a socket.
 *
 * @param {string} profile
 * @returns {Record<string, string>}
 */
function temporaryFilesIn(profile) {
  return process.platform === 'linux' ? { TMPDIR: profile, XDG_RUNTIME_DIR: profile } : {};
}

/**
 * @param {string} profile
 * @param {Record<string, unknown>} settings
 */
function writeSettings(profile, settings) {
  for (const scope of ['User', 'Machine']) {
    const folder = path.join(profile, scope);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  }
}

/** @param {import('node:child_process').ChildProcess} child */
function endGroup(child) {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32')
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
  else process.kill(-child.pid, 'SIGKILL');
}
