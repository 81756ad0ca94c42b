import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';

import { startServer } from './start-server';

/** The worker's own scope, which is a message port as far as the server is concerned. */
declare const self: unknown;

startServer(
  createConnection(
    ProposedFeatures.all,
    new BrowserMessageReader(self),
    new BrowserMessageWriter(self),
  ),
  { pause: () => new Promise((resolve) => setTimeout(resolve, 0)), findingsPage: null },
);
