import { type FrameLoader, FrameStore } from './frame-store';
import { halvesPerFrame } from './known-words';

/** A frame that two sources hold, at least in part the same words. */
export interface Overlap {
  readonly frame: number;
  /** Position of the later source among those merged: its words count. */
  readonly source: number;
  /** 32-bit halves both hold. */
  readonly halves: number;
  /** Of these, how many differ. */
  readonly differing: number;
}

/**
 * One memory of several: where two hold the same word, the later counts. Frames that only one holds
 * are not copied; frames that are fetched on demand come after all that are held. One memory alone is returned as it is.
 */
export function mergeMemories(memories: readonly FrameStore[]): {
  memory: FrameStore;
  overlaps: Overlap[];
} {
  if (memories.length === 1) return { memory: memories[0]!, overlaps: [] };
  const merged = new FrameStore();
  const overlaps: Overlap[] = [];
  const loaders: FrameLoader[] = [];
  memories.forEach((memory, source) => {
    const firstBuffer = merged.buffers.length;
    merged.buffers.push(...memory.buffers);
    for (const frame of memory.frames()) {
      const from = memory.slotOf(frame);
      const held = merged.slotOf(frame);
      if (held < 0) {
        const buffer = firstBuffer + memory.slotBuffer[from]!;
        const slot = merged.replaceView(frame, buffer, memory.slotOffset[from]!);
        copyKnown(memory, from, merged, slot);
      } else {
        const overlap = mergeFrame(memory, from, merged, held);
        if (overlap.halves > 0) overlaps.push({ frame, source, ...overlap });
      }
    }
    merged.sources.push(...memory.sources);
    if (memory.loader) loaders.push(memory.loader);
  });
  if (loaders.length > 0) merged.loader = lastLoader(loaders);
  return { memory: merged, overlaps };
}

/** Asks the last loader that has a frame. */
function lastLoader(loaders: readonly FrameLoader[]): FrameLoader {
  const loaderOf = (frame: number): FrameLoader =>
    loaders.findLast(({ frames }) => frame < frames) ?? loaders[0]!;
  return {
    frames: Math.max(...loaders.map(({ frames }) => frames)),
    wholeFrames: Math.min(...loaders.map(({ wholeFrames }) => wholeFrames)),
    halvesOf: (frame) => loaderOf(frame).halvesOf(frame),
    load: (frame, count, into, offset) => {
      for (let index = 0; index < count; index++) {
        loaderOf(frame + index).load(frame + index, 1, into, offset + index * halvesPerFrame);
      }
    },
  };
}

function copyKnown(memory: FrameStore, from: number, merged: FrameStore, slot: number): void {
  if (memory.known.isWhole(from)) {
    merged.known.markWhole(slot);
    return;
  }
  for (let half = 0; half < halvesPerFrame; half++) {
    if (memory.known.isKnown(from, half)) merged.known.mark(slot, half, half + 1);
  }
}

/** Lays a frame over one that is held already; the result is a copy, both sources stay as they are. */
function mergeFrame(memory: FrameStore, from: number, merged: FrameStore, slot: number) {
  const copy = new Uint32Array(halvesPerFrame);
  let halves = 0;
  let differing = 0;
  for (let half = 0; half < halvesPerFrame; half++) {
    const before = merged.known.isKnown(slot, half);
    const now = memory.known.isKnown(from, half);
    if (before) copy[half] = merged.half(slot, half);
    if (!now) continue;
    const value = memory.half(from, half);
    if (before) {
      halves++;
      if (copy[half] !== value) differing++;
    }
    copy[half] = value;
    merged.known.mark(slot, half, half + 1);
  }
  merged.slotBuffer[slot] = merged.buffers.push(copy) - 1;
  merged.slotOffset[slot] = 0;
  return { halves, differing };
}
