/** Places in a run's words. */
export const run = {
  /** Number of its first entry, from the place that was searched from. */
  index: 0,
  count: 1,
  /** Its first entry. */
  lo: 2,
  hi: 3,
  /** Sums of its entries' frame numbers: bits 19:0 of each, and what is above. */
  low: 4,
  high: 5,
} as const;

/** Words a run takes: run R begins at `R * runWords`. */
export const runWords = 6;

/** Runs of entries that are alike, one after the other in one array. */
export class LeafRuns {
  words: Int32Array;
  count = 0;

  /** @param room runs to begin with */
  constructor(room = 512) {
    this.words = new Int32Array(room * runWords);
  }

  /** Room for so many more. */
  reserve(runs: number): void {
    const needed = (this.count + runs) * runWords;
    if (needed <= this.words.length) return;
    const larger = new Int32Array(Math.max(needed, this.words.length * 2));
    larger.set(this.words);
    this.words = larger;
  }
}
