/** A leaf, or an annotation, as the plain map has it. Addresses and sizes in pages. */
export interface PlainLeaf {
  readonly pages: number;
  /** Host frame; `null`: an annotation. */
  readonly frame: number | null;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** MemAttr field; of an annotation the owner. */
  readonly kind: number;
  readonly young: boolean;
}

/** What of machine and kernel the plain map needs to know. */
export interface PlainRules {
  /** Pages of a leaf by level; index 0 is unused. */
  readonly leafPages: readonly number[];
  /** The highest level that may have leaves. */
  readonly highest: number;
  /** A map that meets a leaf which differs in rights only ends there. */
  readonly mapEndsAtSame: boolean;
  /** … whoever maps: a fault's walk too. */
  readonly rewrites: boolean;
}

/**
 * Input pages to host pages, without any table: leaves by their first page. Which leaves there are
 * follows from facts/arm64-stage2.md, section 9.
 */
export class PlainStage2 {
  readonly leaves = new Map<number, PlainLeaf>();

  constructor(readonly rules: PlainRules) {}

  /** The leaf that covers a page. */
  leafOf(page: number): [start: number, leaf: PlainLeaf] | undefined {
    for (let { highest: level } = this.rules; level <= 3; level++) {
      const start = page - (page % this.rules.leafPages[level]!);
      const leaf = this.leaves.get(start);
      if (leaf && page < start + leaf.pages) return [start, leaf];
    }
    return undefined;
  }

  /** Starts of the leaves that overlap a range. */
  startsIn(first: number, end: number): number[] {
    if (end - first > 4 * this.leaves.size) {
      return [...this.leaves]
        .filter(([start, { pages }]) => start < end && start + pages > first)
        .map(([start]) => start);
    }
    const found = new Set<number>();
    const look = (page: number): void => {
      const leaf = this.leaves.get(page);
      if (leaf && page + leaf.pages > first) found.add(page);
    };
    // What begins before the range and reaches into it is a block that covers its first page.
    for (const pages of this.rules.leafPages.slice(this.rules.highest))
      look(first - (first % pages));
    for (let page = first; page < end; page++) look(page);
    return [...found];
  }

  /** @returns false: it ended at a leaf that differs in rights only */
  map(
    first: number,
    pages: number,
    forced: boolean,
    leaf: Omit<PlainLeaf, 'pages'>,
    endsAtSame = this.rules.mapEndsAtSame,
  ): boolean {
    const end = first + pages;
    for (let page = first; page < end;) {
      const frame = leaf.frame === null ? null : leaf.frame + (page - first);
      const size = forced || frame === null ? 1 : this.#largest(page, frame, end - page);
      if (!this.#put(page, { ...leaf, frame, pages: size }) && endsAtSame) return false;
      page += size;
    }
    return true;
  }

  #largest(page: number, frame: number, room: number): number {
    const { leafPages, highest } = this.rules;
    for (let level = highest; level < 3; level++) {
      const size = leafPages[level]!;
      if (page % size === 0 && frame % size === 0 && room >= size) return size;
    }
    return 1;
  }

  /** @returns false: it stays, as nothing but rights would change */
  #put(page: number, leaf: PlainLeaf): boolean {
    const before = this.leaves.get(page);
    const same =
      before?.pages === leaf.pages &&
      before.frame !== null &&
      before.frame === leaf.frame &&
      before.kind === leaf.kind &&
      before.young;
    if (same && !this.rules.rewrites) return false;
    for (const start of this.startsIn(page, page + leaf.pages)) this.leaves.delete(start);
    // Owner 0, the host, is an empty entry.
    if (leaf.frame !== null || leaf.kind !== 0) this.leaves.set(page, leaf);
    return true;
  }

  unmap(first: number, end: number): void {
    for (const start of this.startsIn(first, end)) this.leaves.delete(start);
  }

  change(first: number, end: number, change: Partial<PlainLeaf>): number {
    let count = 0;
    for (const start of this.startsIn(first, end)) {
      const leaf = this.leaves.get(start)!;
      if (leaf.frame === null) continue;
      this.leaves.set(start, { ...leaf, ...change });
      count++;
    }
    return count;
  }

  /** Blocks become leaves of that size where they overlap the range; the rest of them too. */
  split(first: number, end: number, pages: number): void {
    for (const start of this.startsIn(first, end)) {
      const leaf = this.leaves.get(start)!;
      if (leaf.pages <= pages || leaf.frame === null) continue;
      this.leaves.delete(start);
      for (let page = 0; page < leaf.pages; page += pages) {
        this.leaves.set(start + page, {
          ...leaf,
          pages,
          frame: leaf.frame + page,
          young: true,
        });
      }
    }
  }
}
