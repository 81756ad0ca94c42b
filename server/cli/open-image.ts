import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { type FrameStore, pagedImage } from '../../src-core/index';

/** A file whose offsets are physical addresses, read page by page as walks need it. */
export interface OpenImage {
  readonly memory: FrameStore;
  readonly size: number;
  close(): void;
}

/** Opens an image. @throws the system's error when the file cannot be opened. */
export function openImage(path: string): OpenImage {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const memory = pagedImage(size, (offset, into) => readFully(file, offset, into), path);
  return { memory, size, close: () => closeSync(file) };
}

function readFully(file: number, offset: number, into: Uint8Array): void {
  for (let done = 0; done < into.length;) {
    const read = readSync(file, into, done, into.length - done, offset + done);
    if (read === 0) return;
    done += read;
  }
}
