import type { FoundStage2Leaf } from './found-stage2-tables';
import { hexNumber, type Stage2Geometry } from './geometry';
import { hostPageNames } from './read-stage2-slots';

/** A gap of 1 GiB without a mapping is taken for the end of a slot. */
const widestGap = 2 ** 30;

interface Stretch {
  readonly gfn: number;
  readonly pfn: number;
  end: number;
  level: number;
  writable: boolean;
}

/**
 * Memory slots that leaves may be from: runs in which guest and host frames go together, gaps of less
 * than 1 GiB among them taken for memory not touched yet. Devices' pages are nobody's.
 * @returns slots as a scenario writes them
 */
export function guessStage2Slots(
  leaves: readonly FoundStage2Leaf[],
  geometry: Stage2Geometry,
): Record<string, unknown>[] {
  const stretches: Stretch[] = [];
  for (const leaf of leaves) {
    if (!leaf.cacheable) continue;
    const pages = geometry.size(leaf.level) / geometry.pageBytes;
    const last = stretches.at(-1);
    if (last && joins(last, leaf, widestGap / geometry.pageBytes)) {
      last.end = leaf.gfn + pages;
      last.level = Math.min(last.level, leaf.level);
      last.writable ||= leaf.writable;
    } else {
      stretches.push({ ...leaf, end: leaf.gfn + pages });
    }
  }
  const names = new Map([...hostPageNames(geometry)].map(([name, level]) => [level, name]));
  return stretches.map(({ gfn, pfn, end, level, writable }, id) => ({
    id,
    gfn: hexNumber(gfn),
    pages: hexNumber(end - gfn),
    pfn: hexNumber(pfn),
    hostPage: names.get(level),
    ...(!writable && { readOnly: true }),
  }));
}

function joins(stretch: Stretch, { gfn, pfn }: FoundStage2Leaf, gap: number): boolean {
  return gfn - stretch.end < gap && gfn - stretch.gfn === pfn - stretch.pfn;
}
