import type { EntryWriter } from './entry-writer';
import { none } from './entry-table';
import { pagesOfLevel } from './spte-shape';

/** A page of entries that lines name by address alone. */
interface ShadowPage {
  readonly level: number;
  /** GFN of index 0, where the page maps frames one after another; `null`: it does not. */
  base: number | null;
  /** Role and GFN of the line that made it, as {@link pageKey} writes them; `null`: not seen. */
  readonly key: string | null;
  readonly entries: Set<number>;
}

/** What a shadow page's line tells, enough to know the page again. */
export interface PageLine {
  readonly gfn: number;
  readonly level: number;
  readonly direct: boolean;
  /** Quadrant, access and size of guest entries as printed. */
  readonly rest: string;
}

function pageKey({ gfn, level, direct, rest }: PageLine): string {
  return `${gfn}/${level}/${direct}/${rest}`;
}

/**
 * Pages of the shadow MMU, known by the addresses that `kvm_mmu_set_spte` names. Which page a line
 * `kvm_mmu_get_page` made shows by the entries set next; a page taken out of use takes its entries along.
 */
export class ShadowPages {
  private readonly pages = new Map<number, ShadowPage>();
  /** Pages made and not yet seen by an entry, by level. */
  private readonly made = new Map<number, string>();
  private readonly byGfn = new Map<number, Set<number>>();

  constructor(private readonly writer: EntryWriter) {}

  pageMade(page: PageLine): void {
    this.made.set(page.level, pageKey(page));
  }

  /** A page of a table is about to be linked: what the entry above it held has gone without a line. */
  linked(line: number, { gfn, level, direct }: PageLine): void {
    if (!direct) return;
    const { entries, now } = this.writer;
    for (const entry of this.entriesOf(gfn)) {
      if (entries.levelOf(entry) === level + 1 && now.read(entry)) {
        this.writer.write(line, entry, 0, 0, 'gone');
      }
    }
  }

  /** An entry was set: `address` is its own. */
  set(line: number, gfn: number, level: number, address: number, lo: number, hi: number): void {
    const { writer } = this;
    const tree = writer.keeper.byAddress().number;
    const entry = writer.entryAt(tree, level, address);
    const page = this.pageOf(address, level);
    const index = (address % 4096) / 8;
    const base = gfn - index * pagesOfLevel(level);
    if (page.entries.size === 0) page.base = base;
    else if (page.base !== base) page.base = null;
    page.entries.add(entry);
    this.byGfn.set(gfn, (this.byGfn.get(gfn) ?? new Set()).add(entry));
    writer.changes.gfn[writer.write(line, entry, lo, hi, 'set')] = gfn;
  }

  private pageOf(address: number, level: number): ShadowPage {
    const frame = Math.floor(address / 4096);
    const known = this.pages.get(frame);
    if (known?.level === level) return known;
    const page = {
      level,
      base: null,
      key: this.made.get(level) ?? null,
      entries: new Set<number>(),
    };
    this.made.delete(level);
    this.pages.set(frame, page);
    return page;
  }

  /** Entries last set for a guest frame. */
  entriesOf(gfn: number): ReadonlySet<number> {
    return this.byGfn.get(gfn) ?? new Set();
  }

  /** A page is taken out of use: nothing is known of its entries any more, its memory is free. */
  zap(line: number, zapped: PageLine): void {
    const key = pageKey(zapped);
    for (const [frame, page] of this.pages) {
      const same =
        page.key === null
          ? zapped.direct && page.level === zapped.level && page.base === zapped.gfn
          : page.key === key;
      if (!same) continue;
      for (const entry of page.entries) {
        if (this.writer.now.last[entry] !== none) this.writer.write(line, entry, 0, 0, 'gone');
      }
      this.pages.delete(frame);
    }
    if (this.made.get(zapped.level) === key) this.made.delete(zapped.level);
  }
}
