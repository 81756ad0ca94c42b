import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { installServer } from './install-server.mjs';

/**
 * Installs a .vsix as a person would: by VS Code's own command line.
 *
 * @param {object} options
 * @param {import('./host-table.mjs').HostName} options.host
 * @param {string} options.vsix absolute
 * @param {string} options.folder absolute; gets `extensions`, for `startServer`
 * @returns {Promise<string>} the extensions folder
 */
export async function installExtension({ host, vsix, folder }) {
  const { node, main } = await installServer(host);
  const extensionsDir = path.join(folder, 'extensions');
  await promisify(execFile)(node, [
    main,
    ...['--install-extension', vsix, '--extensions-dir', extensionsDir],
    ...['--user-data-dir', folder, '--server-data-dir', path.join(folder, 'server')],
    '--accept-server-license-terms',
  ]);
  return extensionsDir;
}
