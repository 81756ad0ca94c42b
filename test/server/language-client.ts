import { type ChildProcess, spawn } from 'node:child_process';
import {
  type ClientCapabilities,
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  type ProtocolConnection,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

/** What every editor of today offers; a test may offer something else. */
const usualCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
  },
  textDocument: {
    hover: { contentFormat: ['markdown', 'plaintext'] },
    definition: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    foldingRange: { lineFoldingOnly: true },
  },
};

export interface LanguageClientOptions {
  /** The `pagewalk` section of the editor's settings. */
  readonly settings?: Record<string, unknown>;
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
}

/**
 * A language server in a process of its own, spoken to over stdin and stdout by the protocol's own
 * library, as Neovim or Helix would. Start it with `startLanguageClient`, end it with `stop`.
 */
export class LanguageClient {
  /** For requests that this class has no method for. */
  readonly connection: ProtocolConnection;
  /** What the server answered to `initialize`. */
  initialized!: InitializeResult;
  private settings: Record<string, unknown>;
  private readonly process: ChildProcess;
  private readonly ended: Promise<number | null>;
  private said = '';
  private versions = new Map<string, number>();

  constructor(options: LanguageClientOptions) {
    this.settings = options.settings ?? {};
    const child = spawn(process.execPath, ['dist/cli.js', 'lsp', '--stdio'], { stdio: 'pipe' });
    this.process = child;
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    this.connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section }) => this.setting(section ?? '')),
    );
    this.connection.onRequest(RegistrationRequest.type, () => undefined);
    this.connection.listen();
  }

  /** What the server wrote to stderr: nothing, unless it is broken. */
  get stderr(): string {
    return this.said;
  }

  async initialize(options: LanguageClientOptions): Promise<void> {
    const answer = this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- old, but its type asks for it
      rootUri: null,
      workspaceFolders: null,
      capabilities: options.capabilities ?? usualCapabilities,
      initializationOptions: options.initializationOptions,
    });
    const end = this.ended.then((status): never => {
      throw new Error(`it ended with status ${status}`);
    });
    this.initialized = await Promise.race([answer, end]);
    await this.connection.sendNotification(InitializedNotification.type, {});
  }

  /** Opens a document; its URI is made of the name. */
  async open(name: string, text: string, languageId = 'pagewalk-dump'): Promise<string> {
    const uri = `file:///${name}`;
    this.versions.set(uri, 1);
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
    return uri;
  }

  /** Replaces the whole text of a document. */
  async change(uri: string, text: string): Promise<void> {
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  /** Changes the `pagewalk` section of the settings, and says so as an editor does. */
  async changeSettings(settings: Record<string, unknown>): Promise<void> {
    this.settings = settings;
    await this.connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { pagewalk: settings },
    });
  }

  /** Shutdown and exit, in order. @returns the process's exit status */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const status = await this.ended;
    this.connection.dispose();
    return status;
  }

  /** Ends the process without a word: for servers that do not answer. */
  kill(): void {
    this.connection.dispose();
    this.process.kill('SIGKILL');
  }

  /** `pagewalk.a.b` → the setting of that name; null when it is not set, as VS Code answers. */
  private setting(section: string): unknown {
    const [first, ...rest] = section.split('.');
    if (first !== 'pagewalk') return null;
    let value: unknown = this.settings;
    for (const key of rest)
      value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return value ?? null;
  }
}

/** Starts the bundled server and goes through `initialize`. Run from the repository's top. */
export async function startLanguageClient(
  options: LanguageClientOptions = {},
): Promise<LanguageClient> {
  const client = new LanguageClient(options);
  try {
    await client.initialize(options);
    return client;
  } catch (error) {
    client.kill();
    throw new Error(`The server did not start: ${client.stderr}`, { cause: error });
  }
}
