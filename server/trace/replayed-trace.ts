import { TraceReplay } from '../../src-core/index';
import type { FileView } from '../file-view';

/** Replayed for one version of a file each: a view is of one version. */
const replays = new WeakMap<FileView, TraceReplay>();

/** Up to here a replay is a matter of some hundredths of a second: a hover may wait for it. */
const fewLines = 20_000;

/** A file's trace replayed; done once for each version of the file. */
export function replayOf(view: FileView): TraceReplay {
  const known = replays.get(view);
  if (known) return known;
  const replay = new TraceReplay(view.index);
  replays.set(view, replay);
  return replay;
}

/** The replay where it stands already or costs little; `undefined`: it would take a while. */
export function replayAtHand(view: FileView): TraceReplay | undefined {
  return view.index.lineCount <= fewLines ? replayOf(view) : replays.get(view);
}
