import type { CancellationToken } from 'vscode-languageserver';

import { TraceReplay } from '../../src-core/index';
import type { FileView } from '../file-view';
import { type Surroundings, WorkProgress } from '../work-progress';
import { unhurried } from '../unhurried';

/** Replayed for one version of a file each: a view is of one version. */
const replays = new WeakMap<FileView, TraceReplay>();
/** Replays that are begun: whoever waits for one takes it further, whoever comes later goes on. */
const begun = new WeakMap<FileView, Generator<number, TraceReplay>>();

/** Up to here a replay is a matter of some hundredths of a second: a hover may wait for it. */
const fewLines = 20_000;

/** A file's trace replayed; done once for each version of the file. */
export function replayOf(view: FileView): TraceReplay {
  const steps = replaySteps(view);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The replay where it stands already or costs little; `undefined`: it would take a while. */
export function replayAtHand(view: FileView): TraceReplay | undefined {
  return view.index.lineCount <= fewLines ? replayOf(view) : replays.get(view);
}

/**
 * Has a file's trace replayed while other requests are answered; the editor hears how far it is.
 * False: nobody waits for it any more, or the file was edited meanwhile. What is done by then is
 * kept for the next who asks about this version.
 */
export async function traceReplayed(
  view: FileView,
  surroundings: Surroundings,
  token: CancellationToken,
): Promise<boolean> {
  if (replayAtHand(view)) return true;
  const progress = new WorkProgress(surroundings, 'Replaying the trace');
  const steps = progress.of(replaySteps(view));
  try {
    return (await unhurried(view, surroundings, token, steps)) !== undefined;
  } finally {
    progress.done();
  }
}

function* replaySteps(view: FileView): Generator<number, TraceReplay> {
  for (;;) {
    const known = replays.get(view);
    if (known) return known;
    const steps = begun.get(view) ?? TraceReplay.inSteps(view.index);
    begun.set(view, steps);
    const step = steps.next();
    if (step.done === true) {
      replays.set(view, step.value);
      begun.delete(view);
    } else yield step.value;
  }
}
