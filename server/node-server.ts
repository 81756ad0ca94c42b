import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';

import { startServer } from './start-server';

/**
 * The server in a Node process. The transport is taken from the arguments (`--stdio`, `--node-ipc`,
 * `--socket=`, `--pipe=`); standard input and output where they name none.
 */
export function startNodeServer(args: readonly string[]): void {
  const named = args.some((argument) => /^--(stdio|node-ipc|socket|pipe)\b/.test(argument));
  const connection = named
    ? createConnection(ProposedFeatures.all)
    : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  startServer(connection, {
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    findingsPage: findingsPage(),
  });
}

/** The page beside the bundle, which stands in a folder of the project or of the package. */
function findingsPage(): string | null {
  const page = path.join(path.dirname(__dirname), 'docs', 'findings.md');
  return existsSync(page) ? pathToFileURL(page).href : null;
}
