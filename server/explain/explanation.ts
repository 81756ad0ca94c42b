import type { FileView } from '../file-view';
import type { Answer } from '../render/answer';

/** What a place in a file means, and the stretch of its line that this is about. */
export interface Explanation {
  readonly answer: Answer;
  /** Columns, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Where in which file the question is asked. */
export interface Asked {
  readonly view: FileView;
  readonly line: number;
  readonly column: number;
}
