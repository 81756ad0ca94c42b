import { type LogEvent, subjectOf } from '../../src-core/index';
import type { FileView } from '../file-view';
import { tableAsOfCommand, type TraceLine, walkAsOfCommand } from '../protocol';
import type { Answer, Line, Link } from '../render/answer';
import { grouped } from '../render/quantities';
import { replayAtHand } from '../trace/replayed-trace';

/** An event's answer with what the trace tells of other moments: when the entry was set otherwise. */
export function withTime(answer: Answer, view: FileView, line: number, event: LogEvent): Answer {
  const subject = subjectOf(event);
  if (subject === null || subject.space === 'host') return answer;
  const replay = replayAtHand(view);
  if (replay?.changeCount === 0) return answer;
  const told = replay?.changesOf(line).find(({ cause }) => cause !== 'gone');
  const moments = told ? momentsLine(told.previousLine, told.nextLine) : [];
  return {
    ...answer,
    notes: [...answer.notes, ...moments],
    links: [...answer.links, ...links({ uri: view.uri, line })],
  };
}

function momentsLine(before: number | null, after: number | null): Line[] {
  const parts = [
    ...(before === null ? [] : [`set before: line ${grouped(before + 1)}`]),
    ...(after === null ? [] : [`set again: line ${grouped(after + 1)}`]),
  ];
  const text = parts.join(' · ');
  return text === '' ? [] : [[text.charAt(0).toUpperCase() + text.slice(1)]];
}

function links(argument: TraceLine): Link[] {
  return [
    { text: 'Walk as of this line', command: walkAsOfCommand, argument },
    { text: 'Table as of this line', command: tableAsOfCommand, argument },
  ];
}
