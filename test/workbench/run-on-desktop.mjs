import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { hostSettings } from '../host/host-settings.mjs';
import { temporaryFolder } from '../host/temporary-folder.mjs';

/**
 * Runs a suite in a desktop VS Code.
 *
 * @param {object} run
 * @param {string} run.folder opened in the window
 * @param {string} run.extension
 * @param {string} run.tests script that exports `run()`
 * @param {Record<string, string>} run.env seen by the extension host
 * @param {{ vscodeExecutablePath: string } | { version: string }} run.vscode which one; a version is
 *   downloaded
 * @returns {Promise<boolean>} all passed
 */
export async function runOnDesktop({ folder, extension, tests, env, vscode }) {
  const { path: profile, remove } = temporaryFolder('host');
  mkdirSync(path.join(profile, 'User'));
  writeFileSync(path.join(profile, 'User', 'settings.json'), JSON.stringify(hostSettings));
  try {
    await runTests({
      ...vscode,
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [folder, '--disable-extensions', '--user-data-dir', profile],
    });
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  } finally {
    remove();
  }
}
