import type { Connection, WorkDoneProgressReporter } from 'vscode-languageserver';

import type { Runtime } from './runtime';

/** What long work needs to know of the server. */
export interface Surroundings extends Pick<Runtime, 'pause'> {
  readonly connection: Pick<Connection, 'window'>;
}

/** Work that takes less, in milliseconds, is not worth a word. */
const patience = 400;
/** How often the editor hears of it, in milliseconds. */
const interval = 100;

/** How far long work is, said in the editor's own way; nothing where it is soon done. */
export class WorkProgress {
  private shown: Promise<WorkDoneProgressReporter> | null = null;
  private sayAt = performance.now() + patience;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly title: string,
  ) {}

  /** The same work, which is told about. @param steps each with the share that is done, 0 to 1 */
  *of<Result>(steps: Generator<number, Result>): Generator<void, Result> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      this.say(step.value);
      yield;
    }
  }

  /** Takes away what is shown. */
  done(): void {
    void this.shown?.then((shown) => shown.done());
    this.shown = null;
  }

  private say(share: number): void {
    if (performance.now() < this.sayAt) return;
    this.sayAt = performance.now() + interval;
    const percent = Math.floor(share * 100);
    if (this.shown) void this.shown.then((shown) => shown.report(percent));
    else this.shown = this.begin(percent);
  }

  /** An editor that shows no progress is given a reporter that does nothing. */
  private async begin(percent: number): Promise<WorkDoneProgressReporter> {
    const shown = await this.surroundings.connection.window.createWorkDoneProgress();
    shown.begin(this.title, percent);
    return shown;
  }
}
