import {
  type CancellationToken,
  LSPErrorCodes,
  type RemoteConsole,
  ResponseError,
} from 'vscode-languageserver';

import type { Runtime } from './runtime';

type Log = Pick<RemoteConsole, 'error'>;

/** A request's handler as the connection wants it. */
export type Handler<Params, Result> = (
  params: Params,
  token: CancellationToken,
) => Promise<Result | ResponseError<never>>;

/**
 * The one edge where an exception is caught: every handler goes through here. A request that was
 * cancelled while it waited is not worked on; one that throws is logged and answered with
 * `fallback`, so that a hover can never end the server.
 */
export function safeHandler<Params, Result>(
  log: Log,
  runtime: Runtime,
  name: string,
  fallback: Result,
  work: (params: Params, token: CancellationToken) => Result | Promise<Result>,
): Handler<Params, Result> {
  return async (params, token) => {
    await runtime.pause();
    if (isCancelled(token)) return cancelled(name);
    try {
      const result = await work(params, token);
      return isCancelled(token) ? cancelled(name) : result;
    } catch (error) {
      log.error(`${name}: ${describeError(error)}`);
      return fallback;
    }
  };
}

/** An error with its stack, whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Asked anew each time: the token changes while work waits. */
function isCancelled(token: CancellationToken): boolean {
  return token.isCancellationRequested;
}

function cancelled(name: string): ResponseError<never> {
  return new ResponseError<never>(LSPErrorCodes.RequestCancelled, `${name} was cancelled`);
}
