import { FrameStore } from './frame-store';
import { halvesPerFrame } from './known-words';
import type { MemorySource, Origin } from './origin';

const frameBytes = 4096;

/** One page of an indexed image: its physical byte address and where it stands in the file. */
export interface IndexedPage {
  readonly address: bigint;
  readonly fileOffset: number;
}

/** A page that the index names and the image does not (wholly) hold. */
export interface ImageProblem {
  readonly code: 'page-outside-image' | 'page-misaligned' | 'page-twice';
  readonly message: string;
  readonly page: IndexedPage;
}

/** The bytes as 32-bit halves without copying where their place in memory allows it. */
function asHalves(bytes: Uint8Array): Uint32Array {
  const halves = bytes.byteLength >>> 2;
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, halves);
  const copy = new Uint8Array(halves * 4);
  copy.set(bytes.subarray(0, halves * 4));
  return new Uint32Array(copy.buffer);
}

/**
 * Memory whose file offset is the physical address. The bytes are not copied (unless they stand at
 * an odd place); an incomplete last frame is known as far as it goes, in 4-byte units.
 */
export function rawImage(bytes: Uint8Array, name = 'image'): FrameStore {
  const store = new FrameStore();
  const halves = asHalves(bytes);
  const frames = Math.floor(bytes.byteLength / frameBytes);
  store.addLine(halves, frames);
  const rest = halves.subarray(frames * halvesPerFrame);
  if (rest.length > 0) {
    const slot = store.ensure(frames);
    store.buffers[store.slotBuffer[slot]!]!.set(rest, store.slotOffset[slot]);
    store.known.mark(slot, 0, rest.length);
  }
  store.sources.push({ name, originOf: originInFile(bytes.byteLength, name) });
  return store;
}

/**
 * Memory whose frames are read when they are needed: file offset = physical address, as for
 * {@link rawImage}, for images too large to hold.
 * @param size of the image in bytes
 * @param read fills `into` with the bytes from `offset` on; what it cannot give stays as it is
 */
export function pagedImage(
  size: number,
  read: (offset: number, into: Uint8Array) => void,
  name = 'image',
): FrameStore {
  const store = new FrameStore();
  // Walks read page after page into the same place: one view of it serves them all.
  let view: Uint8Array = new Uint8Array(0);
  const viewOf = (into: Uint32Array, offset: number, bytes: number): Uint8Array => {
    const from = into.byteOffset + offset * 4;
    if (view.buffer !== into.buffer || view.byteOffset !== from || view.length !== bytes) {
      view = new Uint8Array(into.buffer, from, bytes);
    }
    return view;
  };
  store.loader = {
    frames: Math.ceil(size / frameBytes),
    wholeFrames: Math.floor(size / frameBytes),
    halvesOf: (frame) => Math.min(halvesPerFrame, Math.floor((size - frame * frameBytes) / 4)),
    load: (frame, count, into, offset) => {
      const at = frame * frameBytes;
      const bytes = Math.min(count * frameBytes, size - at);
      read(at, viewOf(into, offset, bytes));
    },
  };
  store.sources.push({ name, originOf: originInFile(size, name) });
  return store;
}

function originInFile(size: number, name: string): MemorySource['originOf'] {
  return (frame, offset) => {
    const at = frame * frameBytes + offset;
    return at < size ? { kind: 'file', source: name, offset: at } : undefined;
  };
}

/**
 * Memory made of pages that an index places: `pages` of `tables.json` beside `tables.bin`. A page
 * named twice: the later one counts. Pages outside the image, or not on a 4 KiB boundary, are left
 * out with a problem.
 */
export function indexedImage(
  bytes: Uint8Array,
  pages: readonly IndexedPage[],
  name = 'image',
): { memory: FrameStore; problems: ImageProblem[] } {
  const store = new FrameStore();
  const problems: ImageProblem[] = [];
  const halves = asHalves(bytes);
  const buffer = store.buffers.push(halves) - 1;
  const offsets = new Map<number, number>();
  for (const page of pages) {
    const problem = (code: ImageProblem['code'], message: string): void => {
      problems.push({ code, message: `page 0x${page.address.toString(16)}: ${message}`, page });
    };
    if (page.address % 4096n !== 0n || page.address < 0n || page.address >= 1n << 64n) {
      problem('page-misaligned', 'its address is not the start of a 4 KiB page');
      continue;
    }
    const { fileOffset } = page;
    if (!Number.isSafeInteger(fileOffset) || fileOffset < 0 || fileOffset >= bytes.byteLength) {
      problem('page-outside-image', `offset ${fileOffset} is not in the image`);
      continue;
    }
    const frame = Number(page.address >> 12n);
    if (offsets.has(frame)) problem('page-twice', 'the index names it twice; the later one counts');
    offsets.set(frame, fileOffset);
    if (fileOffset % 4 === 0 && fileOffset + frameBytes <= halves.length * 4) {
      store.known.markWhole(store.replaceView(frame, buffer, fileOffset / 4));
      continue;
    }
    const part = asHalves(bytes.slice(fileOffset, fileOffset + frameBytes));
    const own = store.buffers.push(new Uint32Array(halvesPerFrame)) - 1;
    store.buffers[own]!.set(part);
    store.known.mark(store.replaceView(frame, own, 0), 0, part.length);
    if (part.length < halvesPerFrame) {
      problem('page-outside-image', 'the image ends within it; the rest is unknown');
    }
  }
  const originOf = (frame: number, offset: number): Origin | undefined => {
    const at = offsets.get(frame);
    return at === undefined || at + offset >= bytes.byteLength
      ? undefined
      : { kind: 'file', source: name, offset: at + offset };
  };
  store.sources.push({ name, originOf });
  return { memory: store, problems };
}
