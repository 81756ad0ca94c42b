import { type LogOutputChannel, window } from 'vscode';

/** Logs an error and shows it once, with a way to the log. Never modal. */
export async function reportError(
  log: LogOutputChannel,
  what: string,
  error: unknown,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.error(`${what}: ${error instanceof Error ? (error.stack ?? message) : message}`);
  const showLog = 'Show Log';
  const chosen = await window.showErrorMessage(`Pagewalk: ${message}`, showLog);
  if (chosen === showLog) log.show();
}
