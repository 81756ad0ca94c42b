import type { LogField } from '../../src-core/index';
import type { FileView } from '../file-view';
import type { Place } from '../protocol';

/** Values of an event that tell an entry, the most telling first. */
const telling: readonly LogField['role'][] = ['new-spte', 'spte', 'old-spte'];

/** The place in a trace's line where an entry is told; the whole event where its value is not. */
export function placeOnLine(view: FileView, line: number): Place {
  const event = view.index.logEvent(line);
  const field = telling
    .map((role) => event?.fields.find((one) => one.role === role))
    .find((one) => one !== undefined);
  const { start, end } = field ?? event ?? { start: 0, end: view.index.lineText(line).length };
  return { uri: view.uri, line, start, end };
}
