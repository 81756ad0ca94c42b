/** VS Code's web server, installed on demand. */
import path from 'node:path';
import { hosts, nodePackages } from './host-table.mjs';
import { installOnce } from './install-folder.mjs';
import { npm } from './npm.mjs';

/**
 * None of the packages' install scripts is run: they compile native modules that the workbench does
 * without (it prints a warning; only its terminal is missing).
 */
const install = ['install', '--omit=dev', '--ignore-scripts'];

/**
 * @param {import('./host-table.mjs').HostName} name
 * @returns {Promise<{ node: string, main: string }>} the Node to run, and the script
 */
export async function installServer(name) {
  const host = hosts[name];
  const folder = await installOnce(
    host.package.replace('@', '-'),
    `VS Code ${host.vscode} for the web`,
    async (draft) => {
      await npm([...install, '--save-exact', host.package], draft);
      await npm(install, path.join(draft, 'node_modules/code-server/lib/vscode'));
    },
  );
  return {
    node: await nodeOfAtLeast(host.node),
    main: path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
}

/** @param {number} major */
async function nodeOfAtLeast(major) {
  if (Number(process.versions.node.split('.')[0]) >= major) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const found = nodePackages[platform];
  if (!found)
    throw new Error(
      `This VS Code needs Node ${major}, and npm has none for ${platform}: run with it.`,
    );
  const folder = await installOnce(`node-${found.version}`, `Node ${found.version}`, (draft) =>
    npm([...install, '--save-exact', found.package], draft),
  );
  return path.join(folder, found.binary);
}
