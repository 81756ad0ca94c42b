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
  startServer(connection, { pause: () => new Promise((resolve) => setImmediate(resolve)) });
}
