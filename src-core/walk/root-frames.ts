import type { FrameStore } from '../memory/frame-store';

/** So many frames are all tried as roots. */
const tryAll = 256;
/** Of more, those that look most like upper tables. */
const tryAtMost = 48;

/** Of an image that is read on demand, no more frames than this are looked at: 1 GiB. */
const fetchAtMost = 1 << 18;

export interface RootFrames {
  readonly candidates: readonly number[];
  /** Frames that hold anything at all. */
  readonly pages: number;
}

/** Frames held, those included that a loader would have to fetch. */
function allFrames(memory: FrameStore): Float64Array {
  if (memory.loader === null) return memory.frames();
  const count = Math.min(memory.loader.frames, fetchAtMost);
  for (let frame = 0; frame < count; frame++) memory.slotOf(frame);
  return memory.frames();
}

/** A frame that holds something, by its number. */
interface Page {
  readonly frame: number;
  /** Frames held that its entries would point at. */
  readonly targets: number[];
  /** Entries that are not zero. */
  entries: number;
}

/**
 * Frames that may be roots. In a large memory only those
 * count that mostly point at other frames held, first those that no other such frame points at.
 * @param entryBytes size of an entry: what a frame points at depends on it
 */
export function rootFrames(memory: FrameStore, entryBytes: 4 | 8): RootFrames {
  const frames = allFrames(memory);
  if (frames.length <= tryAll) {
    const pages = [...frames].filter((frame) => readPage(memory, frame, entryBytes).entries > 0);
    return { candidates: pages, pages: pages.length };
  }
  const upper: Page[] = [];
  let pages = 0;
  for (const frame of frames) {
    const page = readPage(memory, frame, entryBytes);
    if (page.entries > 0) pages++;
    if (page.targets.length * 2 > page.entries) upper.push(page);
  }
  const pointedAt = new Set<number>();
  for (const { frame, targets } of upper) {
    for (const target of targets) if (target !== frame) pointedAt.add(target);
  }
  const unpointed = (page: Page): number => (pointedAt.has(page.frame) ? 1 : 0);
  upper.sort(
    (one, other) => unpointed(one) - unpointed(other) || other.targets.length - one.targets.length,
  );
  return { candidates: upper.slice(0, tryAtMost).map(({ frame }) => frame), pages };
}

/** What an entry that is present in any format points at, as bits 51:12 (31:12) say. */
function readPage(memory: FrameStore, frame: number, entryBytes: 4 | 8): Page {
  const page: Page = { frame, targets: [], entries: 0 };
  const slot = memory.slotOf(frame);
  const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
  const offset = memory.slotOffset[slot]!;
  const whole = memory.known.isWhole(slot);
  const halves = entryBytes / 4;
  for (let half = 0; half < 1024; half += halves) {
    const lo = buffer[offset + half]!;
    const hi = halves === 2 ? buffer[offset + half + 1]! : 0;
    if (!whole && !memory.isKnown(slot, half, halves)) continue;
    if (lo === 0 && (hi === 0 || hi === 0x8000_0000)) continue;
    page.entries++;
    const target = (hi & 0xf_ffff) * 0x10_0000 + (lo >>> 12);
    if ((lo & 7) !== 0 && target !== 0 && memory.heldSlot(target) >= 0) page.targets.push(target);
  }
  return page;
}
