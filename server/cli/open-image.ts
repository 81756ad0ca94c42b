import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

import { type FrameStore, pagedImage } from '../../src-core/index';

/** A file whose offsets are physical addresses, read page by page as walks need it. */
export interface OpenImage {
  readonly memory: FrameStore;
  readonly size: number;
  readonly file: number;
  close(): void;
}

/** A file of this size is not read whole: walks need a few of its pages. */
const largeFile = 0x1000_0000;

/**
 * A large file that holds no text, opened as an image; `undefined` for any other, and for one that
 * cannot be opened: reading it whole tells why.
 */
export function openLargeImage(path: string): OpenImage | undefined {
  try {
    if (statSync(path).size < largeFile) return undefined;
    const image = openImage(path);
    const start = new Uint8Array(0x1_0000);
    readFully(image.file, 0, start);
    if (start.includes(0)) return image;
    image.close();
  } catch {
    // Not to be opened, or gone.
  }
  return undefined;
}

/** Opens an image. @throws the system's error when the file cannot be opened. */
export function openImage(path: string): OpenImage {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const memory = pagedImage(size, (offset, into) => readFully(file, offset, into), path);
  return { memory, size, file, close: () => closeSync(file) };
}

function readFully(file: number, offset: number, into: Uint8Array): void {
  for (let done = 0; done < into.length;) {
    const read = readSync(file, into, done, into.length - done, offset + done);
    if (read === 0) return;
    done += read;
  }
}
