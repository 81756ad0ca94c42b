import type { JsonPlace } from './json-place';

/** Part of a slot whose host frames lie by themselves, one after the other. */
export interface FrameRun {
  /** First guest frame. */
  readonly gfn: number;
  readonly pages: number;
  /** Host frame behind it. */
  readonly pfn: number;
}

/** The run that holds a guest frame, of runs in order; undefined: none does. */
export function runOf(runs: readonly FrameRun[], gfn: number): FrameRun | undefined {
  const run = firstEndingAfter(runs, gfn);
  return run && run.gfn <= gfn ? run : undefined;
}

/** Whether any of the runs, in order, touches that range of guest frames. */
export function touchesRun(runs: readonly FrameRun[], gfn: number, pages: number): boolean {
  const run = firstEndingAfter(runs, gfn);
  return run !== undefined && run.gfn < gfn + pages;
}

function firstEndingAfter(runs: readonly FrameRun[], gfn: number): FrameRun | undefined {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle]!.gfn + runs[middle]!.pages > gfn) high = middle;
    else low = middle + 1;
  }
  return runs[low];
}

/** Runs written `[[gfn, pages, pfn], …]`, in order, inside a slot. */
export function readFrameRuns(
  list: JsonPlace,
  frameBits: number,
  slot: { readonly baseGfn: number; readonly pages: number },
): FrameRun[] {
  let free = slot.baseGfn;
  const end = slot.baseGfn + slot.pages;
  return list.items().flatMap((place) => {
    const [gfnPlace, pagesPlace, pfnPlace] = place.items();
    if (!gfnPlace || !pagesPlace || !pfnPlace) {
      place.fail('first guest frame, number of pages and first host frame are expected');
      return [];
    }
    const gfn = gfnPlace.address(frameBits);
    const pages = pagesPlace.address(frameBits);
    const pfn = pfnPlace.address(frameBits);
    if (gfn === undefined || pages === undefined || pfn === undefined) return [];
    if (pages < 1) pagesPlace.fail('at least one page is expected');
    if (gfn < free) gfnPlace.fail('runs of frames are expected in order, inside their slot');
    if (gfn + pages > end) pagesPlace.fail('the run goes beyond its slot');
    free = gfn + pages;
    return [{ gfn, pages, pfn }];
  });
}
