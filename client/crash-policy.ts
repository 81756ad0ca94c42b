import { type LogOutputChannel, window } from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  type ErrorHandler,
  type ErrorHandlerResult,
} from 'vscode-languageclient';

const mostCrashes = 3;
const withinMilliseconds = 3 * 60 * 1000;

/**
 * What happens when the server ends by itself: it is started again, quietly, unless it ended too
 * often in a short time; then that is said once, with a way out.
 */
export class CrashPolicy implements ErrorHandler {
  private crashes: number[] = [];

  constructor(
    private readonly log: LogOutputChannel,
    private readonly restart: () => void,
  ) {}

  error(error: Error): ErrorHandlerResult {
    this.log.error(`Connection to the language server: ${error.message}`);
    return { action: ErrorAction.Continue, handled: true };
  }

  closed(): CloseHandlerResult {
    const now = Date.now();
    this.crashes = [...this.crashes.filter((time) => now - time < withinMilliseconds), now];
    if (this.crashes.length <= mostCrashes) {
      this.log.warn('The language server ended; it is started again.');
      return { action: CloseAction.Restart, handled: true };
    }
    this.log.error(
      `The language server ended ${String(this.crashes.length)} times; it stays down.`,
    );
    this.crashes = [];
    void this.tell();
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private async tell(): Promise<void> {
    const again = 'Start Again';
    const showLog = 'Show Log';
    const chosen = await window.showErrorMessage(
      'Pagewalk’s language server ends as soon as it is started; hover and walks are off.',
      again,
      showLog,
    );
    if (chosen === again) this.restart();
    if (chosen === showLog) this.log.show();
  }
}
