import { commands as vscodeCommands, type Disposable, type LogOutputChannel } from 'vscode';

import { reportError } from '../report-error';
import { commands } from '../names';

type CommandId = (typeof commands)[keyof typeof commands];

/** What a command does; it takes what a menu, a link or another extension passes first. */
export type CommandHandler = (given: unknown) => unknown;

/**
 * Registers every command there is (the type asks for all of them). What one throws is logged and
 * shown once, with a way to the log.
 */
export function registerCommands(
  log: LogOutputChannel,
  handlers: Readonly<Record<CommandId, CommandHandler>>,
): Disposable[] {
  return Object.entries(handlers).map(([id, handler]) =>
    vscodeCommands.registerCommand(id, async (given: unknown) => {
      try {
        return await handler(given);
      } catch (error) {
        void reportError(log, id.replace('pagewalk.', ''), error);
        return undefined;
      }
    }),
  );
}
