import type { ChunkScan } from './chunk-scan';
import { type ChunkText, lineEnd, nextLine } from './line-chunk';
import { type LineState, noLine } from './line-state';

/** A chunk of an indexed text. The object stands for the chunk: overlaps point at it. */
export class TextChunk {
  /** The state in which its first line was read. */
  entry: LineState = noLine;
  /** Set by the first scan. */
  scan: ChunkScan | null = null;
  /** First line, counted from the text's own first. */
  firstLine = 0;
  /** A carriage return may stand in it. */
  returns = true;

  constructor(readonly text: ChunkText) {}

  get lineEnds(): number {
    return this.scan?.lineEnds ?? 0;
  }
}

/** Bytes as text, one unit a byte: columns in a file of bytes are byte columns. */
export function textOf(text: ChunkText): string {
  if (typeof text === 'string') return text;
  const bytes = text instanceof Uint8Array ? text : text.bytes();
  let all = '';
  for (let at = 0; at < bytes.length; at += 0x2000) {
    all += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  }
  return all;
}

/** Starts of a chunk's lines, and of what follows its last line end. */
export function lineStarts(units: Uint8Array, returns: boolean): number[] {
  const starts = [0];
  for (let at = 0; at < units.length;) {
    const end = lineEnd(units, at, returns);
    if (end >= units.length) break;
    at = nextLine(units, end);
    starts.push(at);
  }
  return starts;
}

/** The text of one line of a chunk, its end left out. */
export function lineOf(chunk: TextChunk, starts: readonly number[], line: number): string {
  const start = starts[line];
  if (start === undefined) return '';
  const next = starts[line + 1] ?? chunk.text.length;
  const { text } = chunk;
  const bytes = typeof text === 'string' || text instanceof Uint8Array ? text : text.bytes();
  const raw =
    typeof bytes === 'string' ? bytes.slice(start, next) : textOf(bytes.subarray(start, next));
  return raw.replace(/(?:\r\n|\n|\r)$/, '');
}
