import type { FoundLeaf, FoundTables } from './found-tables';
import { hostPageSizes } from './scenario-slots';
import type { FrameRun } from './slot-frames';
import { pagesAtLevel } from './table-page';

/** A gap of 1 GiB without a mapping is taken for the end of a slot, a smaller one for memory not touched yet. */
const widestGap = pagesAtLevel[3]!;

/** Leaves of one address space that follow each other. */
interface Stretch {
  readonly asId: number;
  readonly gfn: number;
  end: number;
  level: number;
  writable: boolean;
  readonly frames: FrameRun[];
}

/**
 * Memory slots that the leaves of some tables may be from: nothing in the tables names a slot. Frames
 * that no leaf shows get stand-ins behind all others.
 * @returns slots as a scenario writes them
 */
export function guessSlots(found: FoundTables): Record<string, unknown>[] {
  const stretches = stretchesOf(found);
  let standIn = alignUp(Math.ceil(found.end / 4096), widestGap);
  return stretches.map((stretch, id) => {
    const { asId, gfn, end, level, writable, frames } = stretch;
    const [only] = frames.length === 1 ? frames : [];
    const pages = end - gfn;
    const pfn = only?.pfn ?? standIn + (gfn % widestGap);
    if (!only) standIn = alignUp(pfn + pages, widestGap);
    return {
      id,
      ...(asId !== 0 && { asId }),
      gfn: hex(gfn),
      pages: hex(pages),
      pfn: hex(pfn),
      hostPage: hostPageSizes[level - 1],
      ...(!writable && { readOnly: true }),
      ...(!only && { frames: frames.map((run) => [run.gfn, run.pages, run.pfn].map(hex)) }),
    };
  });
}

function stretchesOf({ leaves, mmioGfns }: FoundTables): Stretch[] {
  const stretches: Stretch[] = [];
  for (const leaf of leaves) {
    const last = stretches.at(-1);
    if (last && follows(last, leaf, mmioGfns)) append(last, leaf);
    else stretches.push(begun(leaf));
  }
  return stretches;
}

function follows(
  { asId, end }: Stretch,
  leaf: FoundLeaf,
  mmioGfns: FoundTables['mmioGfns'],
): boolean {
  if (leaf.asId !== asId || leaf.gfn < end || leaf.gfn - end >= widestGap) return false;
  return !mmioGfns.some((mmio) => mmio.asId === asId && mmio.gfn >= end && mmio.gfn < leaf.gfn);
}

function begun({ asId, gfn, level, pfn, hostWritable }: FoundLeaf): Stretch {
  const pages = pagesAtLevel[level]!;
  return {
    asId,
    gfn,
    end: gfn + pages,
    level,
    writable: hostWritable,
    frames: [{ gfn, pages, pfn }],
  };
}

function append(stretch: Stretch, { gfn, level, pfn, hostWritable }: FoundLeaf): void {
  const pages = pagesAtLevel[level]!;
  const last = stretch.frames.at(-1)!;
  const joins = last.gfn + last.pages === gfn && last.pfn + last.pages === pfn;
  if (joins) stretch.frames.splice(-1, 1, { ...last, pages: last.pages + pages });
  else stretch.frames.push({ gfn, pages, pfn });
  stretch.end = gfn + pages;
  stretch.level = Math.max(stretch.level, level);
  stretch.writable ||= hostWritable;
}

function alignUp(frame: number, to: number): number {
  return Math.ceil(frame / to) * to;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
