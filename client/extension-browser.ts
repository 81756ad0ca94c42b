import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';

import { startClient } from './start-client';

/** Entry in VS Code in a browser: the server is a worker. */
export function activate(context: ExtensionContext): void {
  const script = Uri.joinPath(context.extensionUri, 'dist', 'server-browser.js').toString(true);
  startClient(
    context,
    (clientOptions) =>
      new LanguageClient(
        'pagewalk',
        'Pagewalk',
        () => Promise.resolve(new Worker(script)),
        clientOptions,
      ),
  );
}
