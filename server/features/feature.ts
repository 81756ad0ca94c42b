import type { CancellationToken, Connection, ServerCapabilities } from 'vscode-languageserver';

import type { ClientSupport } from '../client-support';
import type { FileView } from '../file-view';
import type { Handler } from '../safe-handler';
import type { FileSettings } from '../settings-schema';

/** What a feature works with. */
export interface FeatureContext {
  readonly connection: Connection;
  /** What the client can show; known once `initialize` was answered. */
  readonly client: () => ClientSupport;
  /** The open file under a URI with its settings; `undefined`: not open. */
  readonly view: (uri: string) => Promise<FileView | undefined>;
  /** What is set for a resource; `null`: in general. */
  readonly settings: (uri: string | null) => Promise<FileSettings>;
  /** Calls back whenever a file was opened or changed. */
  readonly onChange: (listener: (uri: string) => void) => void;
  /** The files that are open, by URI. */
  readonly files: () => readonly string[];
  /** Calls back whenever settings changed. */
  readonly onSettings: (listener: () => void) => void;
  /** Lets other work go first: what is long must ask for it now and then. */
  readonly pause: () => Promise<void>;
  /** Wraps a request's work: log, default answer, cancellation. */
  readonly safely: <Params, Result>(
    name: string,
    fallback: Result,
    work: (params: Params, token: CancellationToken) => Result | Promise<Result>,
  ) => Handler<Params, Result>;
}

/** One thing the server can do: a file in this folder and a line in the list. */
export interface Feature {
  readonly capabilities: ServerCapabilities;
  register(context: FeatureContext): void;
}
