import { type ChangedEntry, formatWord } from '../../src-core/index';
import type { FileView } from '../file-view';
import type { TraceChange, TraceDifferenceParams, TraceDifferenceResponse } from '../protocol';
import { counted, grouped } from '../render/quantities';
import { momentOf } from './tables-as-of';

/** The entries that are otherwise at one line of a trace than at another. */
export function differenceBetween(
  view: FileView,
  { line, otherLine }: TraceDifferenceParams,
): TraceDifferenceResponse {
  const before = momentOf(view, line);
  if ('problem' in before) return before;
  const after = momentOf(view, otherLine);
  if ('problem' in after) return after;
  const changes = after.replay.changedBetween(line, otherLine).map(asChange);
  return { changes, summary: summaryOf(changes.length, line, otherLine) };
}

function summaryOf(count: number, line: number, otherLine: number): string {
  const [first, last] = [line, otherLine].sort((one, other) => one - other) as [number, number];
  const between = `between line ${grouped(first + 1)} and line ${grouped(last + 1)}`;
  return count === 0
    ? `No entry differs ${between}.`
    : `${counted(count, 'entry', 'entries')} ${count === 1 ? 'differs' : 'differ'} ${between}.`;
}

function asChange({ tree, level, gfn, address, old, value }: ChangedEntry): TraceChange {
  return {
    level,
    addressSpace: tree.asId,
    gfn: gfn === null ? null : formatWord(gfn),
    entryAddress: address === null ? null : formatWord(address),
    old: old === null ? null : formatWord(old),
    value: value === null ? null : formatWord(value),
  };
}
