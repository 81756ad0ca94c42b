import * as path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';

import { startClient } from './start-client';

/** Entry in VS Code on Node: the server is a process of its own, the command line's `lsp`. */
export function activate(context: ExtensionContext): void {
  const module = context.asAbsolutePath(path.join('dist', 'cli.js'));
  const options = { module, args: ['lsp'], transport: TransportKind.ipc };
  startClient(
    context,
    (clientOptions) =>
      new LanguageClient(
        'pagewalk',
        'Pagewalk',
        { run: options, debug: { ...options, options: { execArgv: ['--nolazy', '--inspect'] } } },
        clientOptions,
      ),
  );
}
