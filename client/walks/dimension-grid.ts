import type { WalkReply, WalkRow } from '../../server/protocol';

/** A row of the picture: the reads under one read of the guest's tables, and that read. */
export interface GridRow {
  /** Reads of the tables under the guest, root first. */
  readonly under: readonly WalkRow[];
  /** The guest's own entry; `null`: the last row, which translates what the guest's tables came to. */
  readonly guest: WalkRow | null;
}

/** A walk in two dimensions as a grid. */
export interface DimensionGrid {
  readonly rows: readonly GridRow[];
  /** Levels of the second dimension, root first, as they are called: `L4`. */
  readonly columns: readonly string[];
  /** What the tables under the guest are called: `EPT`, `stage 2`. */
  readonly under: string;
  readonly guest: string;
}

/** The grid of a walk; `undefined`: it went through one dimension. */
export function dimensionGrid({ rows, second }: WalkReply): DimensionGrid | undefined {
  if (!second) return undefined;
  const grid: GridRow[] = [];
  let under: WalkRow[] = [];
  for (const row of rows) {
    if (row.reference?.dimension === 2) {
      under.push(row);
      continue;
    }
    grid.push({ under, guest: row });
    under = [];
  }
  if (under.length > 0) grid.push({ under, guest: null });
  const name = (dimension: 1 | 2, otherwise: string): string =>
    rows.find(({ reference }) => reference?.dimension === dimension)?.reference?.name ?? otherwise;
  const longest = grid.reduce<readonly WalkRow[]>(
    (most, row) => (row.under.length > most.length ? row.under : most),
    [],
  );
  // A walk that ends in a large page has fewer reads: the columns it lacks are there all the same.
  const levels = longest.map(levelName);
  const columns = Array.from(
    { length: Math.max(second.levels, levels.length) },
    (_, at) => levels[at] ?? '',
  );
  return { rows: grid, columns, under: name(2, second.format), guest: name(1, 'guest') };
}

/** `L4`, by the number that the level's title has: arm64's is the architecture's. */
export function levelName({ title, level }: WalkRow): string {
  return `L${/^level (-?\d+)/.exec(title)?.[1] ?? String(level)}`;
}

/** What stands before a row of the list: its number, and whose tables it reads. */
export function referenceLabel(row: WalkRow): string {
  const { reference } = row;
  return reference
    ? `${String(reference.number)} · ${reference.name} ${levelName(row)}`
    : `L${String(row.level)}`;
}
