import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeResult,
  PositionEncodingKind,
  type ServerCapabilities,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver';

import { clientSupport, leastSupport } from './client-support';
import { type DumpDocument, dumpDocuments } from './documents';
import { features } from './features';
import type { FeatureContext } from './features/feature';
import { FileView } from './file-view';
import type { Runtime } from './runtime';
import { describeError, safeHandler } from './safe-handler';
import { Settings } from './settings';
import { settingsSection } from './settings-schema';
import { version } from './version';

/** Starts the server on a connection, whatever its transport. */
export function startServer(connection: Connection, runtime: Runtime): void {
  const documents = new TextDocuments<DumpDocument>(dumpDocuments);
  const settings = new Settings(connection);
  const views = new FileViews(documents, settings);
  const listeners: ((uri: string) => void)[] = [];
  const settingsListeners: (() => void)[] = [];
  let client = leastSupport;

  connection.onInitialize((params): InitializeResult => {
    client = clientSupport(params, runtime.findingsPage);
    settings.initialize(params.capabilities, params.initializationOptions);
    return {
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...capabilities(),
      },
      serverInfo: { name: 'pagewalk', version },
    };
  });
  connection.onInitialized(() => {
    if (!client.changeNotices) return;
    connection.client
      .register(DidChangeConfigurationNotification.type, { section: settingsSection })
      .catch((error: unknown) => connection.console.error(describeError(error)));
  });
  connection.onDidChangeConfiguration((change: { settings: unknown }) => {
    settings.changed(change.settings);
    views.clear();
    for (const listener of settingsListeners) listener();
  });
  documents.onDidChangeContent(({ document }) => {
    for (const listener of listeners) listener(document.uri);
  });
  documents.onDidClose(({ document }) => {
    settings.forget(document.uri);
    views.forget(document.uri);
  });

  const context: FeatureContext = {
    connection,
    client: () => client,
    view: (uri) => views.of(uri),
    settings: (uri) => settings.of(uri),
    onChange: (listener) => listeners.push(listener),
    files: () => documents.keys(),
    onSettings: (listener) => settingsListeners.push(listener),
    pause: () => runtime.pause(),
    safely: (name, fallback, work) =>
      safeHandler(connection.console, runtime, name, fallback, work),
  };
  for (const feature of features) feature.register(context);
  documents.listen(connection);
  connection.listen();
}

/** What the features offer together. */
function capabilities(): ServerCapabilities {
  return features.reduce<ServerCapabilities>(
    (all, feature) => ({ ...all, ...feature.capabilities }),
    {},
  );
}

/** What is worked out from the open files, kept until the file or its settings change. */
class FileViews {
  private readonly views = new Map<string, FileView>();

  constructor(
    private readonly documents: TextDocuments<DumpDocument>,
    private readonly settings: Settings,
  ) {}

  async of(uri: string): Promise<FileView | undefined> {
    const settings = await this.settings.of(uri);
    const document = this.documents.get(uri);
    if (!document) return undefined;
    const known = this.views.get(uri);
    if (known?.version === document.version && known.settings === settings) return known;
    const view = new FileView(document, settings, known);
    this.views.set(uri, view);
    return view;
  }

  forget(uri: string): void {
    this.views.delete(uri);
  }

  clear(): void {
    this.views.clear();
  }
}
