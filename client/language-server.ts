import {
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  workspace,
} from 'vscode';
import {
  type BaseLanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient';

import {
  type AccessChoices,
  accessChoicesRequest,
  type AccessChoicesParams,
  type AccessParams,
  accessRequest,
  type AccessResponse,
  type ClientOptions,
  commentLineRequest,
  type CommentLineParams,
  type CommentLineResponse,
  type ComposeChoices,
  composeChoicesRequest,
  type ComposeChoicesParams,
  type ComposeParams,
  composeRequest,
  type ComposeResponse,
  decodeRequest,
  type DecodeParams,
  type DecodeResponse,
  type GeometryParams,
  geometryRequest,
  type GeometryResponse,
  rootsRequest,
  type RootsParams,
  type RootsResult,
  type ScenarioFromParams,
  scenarioFromRequest,
  type ScenarioFromResponse,
  type TraceDifferenceParams,
  traceDifferenceRequest,
  type TraceDifferenceResponse,
  type TraceLine,
  type TraceLineReply,
  traceLineRequest,
  traceTablesRequest,
  type TraceTablesResponse,
  walkRequest,
  type WalkParams,
  type WalkResponse,
  type SplitCachesParams,
  splitCachesRequest,
  type SplitCachesResponse,
} from '../server/protocol';
import { CrashPolicy } from './crash-policy';
import { hoverAnywhere, serverSelector } from './languages';
import { hoverAnywhereSetting, linkableCommands, settingsSection } from './names';
import { ownFilesOnly } from './own-files-only';

/** How a runtime (Node, browser) makes the client of a server it can reach. */
export type CreateClient = (options: LanguageClientOptions) => BaseLanguageClient;

/**
 * The language server as the rest of the client sees it: a method for each question. A question
 * asked before the server is up waits for it. Setting `hover.anywhere` changes which documents the
 * server is told of, so it starts the server anew.
 */
export class LanguageServer implements Disposable {
  private running: Promise<BaseLanguageClient> | undefined;
  private readonly watch: Disposable;
  private readonly starts = new EventEmitter<void>();
  /** A server is up that knows nothing yet but the open files. */
  readonly onDidStart = this.starts.event;
  private readonly crashPolicy: CrashPolicy;

  constructor(
    private readonly create: CreateClient,
    private readonly log: LogOutputChannel,
  ) {
    this.crashPolicy = new CrashPolicy(log, () => {
      this.running = undefined;
      this.start();
    });
    this.watch = workspace.onDidChangeConfiguration((change) => {
      if (!this.running) return;
      if (!change.affectsConfiguration(`${settingsSection}.${hoverAnywhereSetting}`)) return;
      this.restart().catch((error: unknown) => this.log.error(String(error)));
    });
  }

  start(): void {
    // What went wrong is in the log, and is said where somebody asks for something.
    this.connect().catch(() => undefined);
  }

  async restart(): Promise<void> {
    const before = this.running;
    this.running = undefined;
    await (await before?.catch(() => undefined))?.dispose();
    await this.connect();
  }

  roots(params: RootsParams, token?: CancellationToken): Promise<RootsResult> {
    return this.ask<RootsResult>(rootsRequest, params, token);
  }

  walk(params: WalkParams, token?: CancellationToken): Promise<WalkResponse> {
    return this.ask<WalkResponse>(walkRequest, params, token);
  }

  decode(params: DecodeParams, token?: CancellationToken): Promise<DecodeResponse> {
    return this.ask<DecodeResponse>(decodeRequest, params, token);
  }

  accessChoices(params: AccessChoicesParams, token?: CancellationToken): Promise<AccessChoices> {
    return this.ask<AccessChoices>(accessChoicesRequest, params, token);
  }

  access(params: AccessParams, token?: CancellationToken): Promise<AccessResponse> {
    return this.ask<AccessResponse>(accessRequest, params, token);
  }

  composeChoices(params: ComposeChoicesParams, token?: CancellationToken): Promise<ComposeChoices> {
    return this.ask<ComposeChoices>(composeChoicesRequest, params, token);
  }

  compose(params: ComposeParams, token?: CancellationToken): Promise<ComposeResponse> {
    return this.ask<ComposeResponse>(composeRequest, params, token);
  }

  geometry(params: GeometryParams, token?: CancellationToken): Promise<GeometryResponse> {
    return this.ask<GeometryResponse>(geometryRequest, params, token);
  }

  splitCaches(params: SplitCachesParams, token?: CancellationToken): Promise<SplitCachesResponse> {
    return this.ask<SplitCachesResponse>(splitCachesRequest, params, token);
  }

  commentLine(params: CommentLineParams, token?: CancellationToken): Promise<CommentLineResponse> {
    return this.ask<CommentLineResponse>(commentLineRequest, params, token);
  }

  traceLine(params: TraceLine, token?: CancellationToken): Promise<TraceLineReply> {
    return this.ask<TraceLineReply>(traceLineRequest, params, token);
  }

  traceTables(params: TraceLine, token?: CancellationToken): Promise<TraceTablesResponse> {
    return this.ask<TraceTablesResponse>(traceTablesRequest, params, token);
  }

  traceDifference(
    params: TraceDifferenceParams,
    token?: CancellationToken,
  ): Promise<TraceDifferenceResponse> {
    return this.ask<TraceDifferenceResponse>(traceDifferenceRequest, params, token);
  }

  scenarioFrom(
    params: ScenarioFromParams,
    token?: CancellationToken,
  ): Promise<ScenarioFromResponse> {
    return this.ask<ScenarioFromResponse>(scenarioFromRequest, params, token);
  }

  dispose(): void {
    this.watch.dispose();
    this.starts.dispose();
    void this.running?.then((client) => client.dispose()).catch(() => undefined);
  }

  /** Sends a request that has no method here. */
  async ask<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    const client = await this.connect();
    // A token that is not there must not be passed: it would be sent as a second parameter.
    return token
      ? client.sendRequest<R>(method, params, token)
      : client.sendRequest<R>(method, params);
  }

  /** The running server; starts one if there is none, or if the last one ended for good. */
  private connect(): Promise<BaseLanguageClient> {
    this.running ??= this.launch();
    return this.running;
  }

  private async launch(): Promise<BaseLanguageClient> {
    const client = this.create(this.options());
    client.onDidChangeState(({ newState }) => {
      this.log.debug(`Language server: ${State[newState]}`);
    });
    try {
      await client.start();
      this.starts.fire();
      return client;
    } catch (error) {
      this.running = undefined;
      this.log.error(`The language server did not start: ${String(error)}`);
      throw new Error('The language server is not running; the log says why.', { cause: error });
    }
  }

  private options(): LanguageClientOptions {
    const about: ClientOptions = { commandLinks: true, validatesBySchema: true };
    return {
      documentSelector: serverSelector(hoverAnywhere()),
      initializationOptions: about,
      outputChannel: this.log,
      traceOutputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: this.crashPolicy,
      initializationFailedHandler: (error) => {
        this.log.error(`The language server could not be set up: ${String(error)}`);
        return false;
      },
      diagnosticCollectionName: 'pagewalk',
      markdown: { isTrusted: { enabledCommands: linkableCommands } },
      middleware: ownFilesOnly,
    };
  }
}
