import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/browser';

import type { ClientOptions } from '../server/protocol';
import { startClient } from './start-client';

/** Entry in VS Code in a browser: the server is a worker. */
export function activate(context: ExtensionContext): void {
  const script = Uri.joinPath(context.extensionUri, 'dist', 'server-browser.js').toString(true);
  // A server in a worker cannot look for the page itself.
  const findingsPage = Uri.joinPath(context.extensionUri, 'docs', 'findings.md').toString();
  startClient(
    context,
    (clientOptions) =>
      new LanguageClient('pagewalk', 'Pagewalk', () => Promise.resolve(new Worker(script)), {
        ...clientOptions,
        initializationOptions: { ...about(clientOptions), findingsPage },
      }),
  );
}

function about({ initializationOptions }: LanguageClientOptions): ClientOptions {
  return initializationOptions as ClientOptions;
}
