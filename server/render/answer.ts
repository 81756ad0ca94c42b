/**
 * What every answer to a person is made of, before it becomes Markdown or plain text. Sentences are
 * written once, in this folder; the two printers know nothing of entries or walks.
 */

/** A stretch of a line: plain, or set as code, or strong. Plain text is escaped by the printer. */
export type Piece = string | { readonly code: string } | { readonly strong: string };
export type Line = readonly Piece[];

export interface Table {
  readonly head: readonly Line[];
  readonly rows: readonly (readonly Line[])[];
}

/** The answer first, then why, then every bit; and what was assumed. */
export interface Answer {
  /** What must be known before the answer is read: that it depends on something nobody said. */
  readonly ahead?: Line;
  /** One line. */
  readonly headline: Line;
  /** At most two lines, and one that says where the thing stands. */
  readonly meaning: readonly Line[];
  /** What is wrong; shown above the table, each with its sign. */
  readonly warnings: readonly Line[];
  readonly table: Table | null;
  /** A second table, below the first. */
  readonly below?: Table;
  /** Every bit, compactly. */
  readonly everyBit: Line | null;
  /** Further lines: other kernels, what to do next. */
  readonly notes: readonly Line[];
  /** What was given, detected or assumed, and why. */
  readonly basis: string;
  /** What can be done next, for clients that can run commands from text. */
  readonly links: readonly Link[];
}

/** A command of the client with its one argument. */
export interface Link {
  readonly text: string;
  readonly command: string;
  readonly argument?: object;
}

/** A piece set as code. */
export function code(text: string): Piece {
  return { code: text };
}

/** A strong piece. */
export function strong(text: string): Piece {
  return { strong: text };
}

/** A line's text without any marks. */
export function lineText(line: Line): string {
  return line
    .map((piece) =>
      typeof piece === 'string' ? piece : 'code' in piece ? piece.code : piece.strong,
    )
    .join('');
}
