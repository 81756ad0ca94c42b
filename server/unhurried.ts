import type { CancellationToken } from 'vscode-languageserver';

import type { FileView } from './file-view';
import type { Runtime } from './runtime';

/** How long work may keep other requests waiting, in milliseconds: a request takes several turns. */
const slice = 1;

/**
 * Long work in slices: between two of them other requests are answered. `undefined`: it was not
 * wanted any more.
 */
export async function inSlices<Result>(
  { pause }: Pick<Runtime, 'pause'>,
  isWanted: () => boolean,
  steps: Generator<void, Result>,
): Promise<Result | undefined> {
  for (;;) {
    const until = performance.now() + slice;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < until);
    await pause();
    if (!isWanted()) return undefined;
  }
}

/**
 * Long work on a file, in slices: between two of them other requests are answered. `undefined`: it
 * was cancelled, or the file was edited meanwhile, so that its memory is not what the work began
 * with.
 */
export function unhurried<Result>(
  view: FileView,
  runtime: Pick<Runtime, 'pause'>,
  token: CancellationToken,
  steps: Generator<void, Result>,
): Promise<Result | undefined> {
  const isWanted = (): boolean =>
    !token.isCancellationRequested && view.document.version === view.version;
  return inSlices(runtime, isWanted, steps);
}
