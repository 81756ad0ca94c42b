/** Entries side by side that share a row. */
export interface Fold {
  readonly first: number;
  readonly count: number;
}

/** Which entries may share a row. */
export interface FoldRule {
  /** Whether an entry is like the one before it. */
  readonly alike: (index: number) => boolean;
  /** Whether an entry keeps a row of its own, whatever stands beside it. */
  readonly single: (index: number) => boolean;
  /** From so many on a run is folded. */
  readonly least: (first: number) => number;
}

/** A table's entries in rows: runs of alike ones together, each entry once, in order. */
export function foldEntries(entries: number, rule: FoldRule): Fold[] {
  const folds: Fold[] = [];
  for (let first = 0; first < entries;) {
    let end = first + 1;
    if (!rule.single(first)) while (end < entries && !rule.single(end) && rule.alike(end)) end++;
    if (end - first >= rule.least(first)) folds.push({ first, count: end - first });
    else for (let index = first; index < end; index++) folds.push({ first: index, count: 1 });
    first = end;
  }
  return folds;
}
