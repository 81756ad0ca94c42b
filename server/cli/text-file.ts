import { fstatSync, openSync, readSync } from 'node:fs';

import type { StoredText } from '../../src-core/index';

/** Bytes read at once. */
const blockSize = 0x4_0000;
const lineFeed = 0x0a;

/**
 * A text file in stretches of whole lines, each read when it is asked for and again only when
 * something needs its lines: an index of it takes the room of its words, not of its text. The file
 * stays open as long as the process.
 * @throws the system's error when the file cannot be opened or read
 */
export function* textStretches(path: string): Generator<StoredText> {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  let room = new Uint8Array(blockSize);
  for (let at = 0; at < size;) {
    const filled = readAt(file, at, room);
    const last = at + filled >= size ? filled - 1 : room.lastIndexOf(lineFeed, filled - 1);
    if (filled === 0) return;
    if (last < 0) {
      // A line longer than the block: it must come whole.
      room = new Uint8Array(room.length * 2);
      continue;
    }
    yield new FileStretch(file, at, last + 1, room.subarray(0, last + 1));
    at += last + 1;
  }
}

class FileStretch implements StoredText {
  constructor(
    private readonly file: number,
    private readonly offset: number,
    readonly length: number,
    private fresh: Uint8Array | null,
  ) {}

  bytes(): Uint8Array {
    const { fresh } = this;
    this.fresh = null;
    if (fresh) return fresh;
    const again = new Uint8Array(this.length);
    readAt(this.file, this.offset, again);
    return again;
  }
}

/** Fills `into` from an offset on, as far as the file goes; returns how far. */
function readAt(file: number, offset: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(file, into, done, into.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
