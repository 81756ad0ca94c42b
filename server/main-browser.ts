import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';

import { startServer } from './start-server';

/** The command line takes the core from this bundle, which is then no worker's script. */
export * from '../src-core/index';

/** The worker's own scope, which is a message port as far as the server is concerned. */
declare const self: unknown;
/** Only workers have it. */
declare const importScripts: unknown;

if (typeof importScripts === 'function') {
  startServer(
    createConnection(
      ProposedFeatures.all,
      new BrowserMessageReader(self),
      new BrowserMessageWriter(self),
    ),
    { pause: () => new Promise((resolve) => setTimeout(resolve, 0)), findingsPage: null },
  );
}
