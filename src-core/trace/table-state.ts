import type { FrameStore } from '../memory/frame-store';
import { joinHalves } from '../word';
import { none } from './entry-table';
import { EntryValues, type TraceStore, type ValueGround } from './entry-values';
import { entriesPerTable, PageWriter } from './page-writer';
import {
  isEmpty,
  isHugePage,
  isParkedValue,
  isTableLink,
  pagesOfLevel,
  splitLow,
  tableFrame,
} from './spte-shape';
import type { TraceTree } from './trace-tree';

/** An entry at a moment of a trace. */
export interface StateEntry {
  readonly tree: TraceTree;
  readonly level: number;
  /** First GFN covered; of an entry named by its address, the GFN it maps. */
  readonly gfn: bigint;
  /** Where the entry stands, where lines name it so; `null`: they name it by GFN. */
  readonly address: bigint | null;
  readonly value: bigint;
  /** The line that told the value, or linked its table; `null`: no line before did. */
  readonly line: number | null;
  readonly ground: ValueGround;
}

/** A root's table pages as memory. */
export interface StateMemory {
  readonly memory: FrameStore;
  /** Byte address of the root. */
  readonly root: bigint;
  /** The trace does not tell where the root is: {@link root} is a stand-in. */
  readonly rootUnknown: boolean;
  readonly levels: number;
}

const noSlot = -1;
const notAsked = -2;

/** Where a root whose place no line tells is put: the highest page there is, where no memory is. */
const standInFrame = 2 ** 40 - 1;

function byPlace(one: StateEntry, other: StateEntry): number {
  return Number((one.address ?? one.gfn) - (other.address ?? other.gfn));
}

/** KVM's tables just after a line of a trace. */
export class TableState {
  private readonly values: EntryValues;
  /** By entry: 1 its table hangs in its tree, 2 it does not; 0 not asked yet. */
  private readonly hangs: Uint8Array;

  constructor(
    private readonly store: TraceStore,
    private readonly last: Uint32Array,
    readonly line: number,
    private readonly source: string,
  ) {
    this.values = new EntryValues(store, last);
    this.hangs = new Uint8Array(last.length);
  }

  /** An entry's value by its number; `null`: unknown. */
  valueOf(entry: number): bigint | null {
    return this.values.read(entry) ? joinHalves(this.values.lo, this.values.hi) : null;
  }

  /** Every entry of a root that is known and not empty, from the root down, by GFN in each level. */
  entries(tree: TraceTree): StateEntry[] {
    const { entries } = this.store;
    const found: StateEntry[] = [];
    for (let level = entries.byLevel.length - 1; level >= 1; level--) {
      const from = found.length;
      for (const entry of entries.byLevel[level]!) {
        if (entry < this.last.length && entries.treeOf(entry) === tree.number) {
          this.addEntry(found, tree, level, entry);
        }
      }
      if (tree.namedBy === 'gfn') this.addSplit(found, tree, level);
      const ofLevel = found.splice(from);
      for (const entry of ofLevel.sort(byPlace)) found.push(entry);
    }
    return found;
  }

  private addEntry(found: StateEntry[], tree: TraceTree, level: number, entry: number): void {
    const { values } = this;
    if (!this.inTree(entry) || !values.read(entry)) return;
    const { lo, hi, ground, change } = values;
    if (isEmpty(lo, hi) || isParkedValue(lo, hi)) return;
    const key = BigInt(this.store.entries.gfn[entry]!);
    const byGfn = tree.namedBy === 'gfn';
    found.push({
      tree,
      level,
      gfn: byGfn || change === none ? key : BigInt(this.store.changes.gfn[change]!),
      address: byGfn ? null : key * 8n,
      value: joinHalves(lo, hi),
      line: change === none ? null : this.store.changes.line[change]!,
      ground,
    });
  }

  /** Entries that a split filled in and no line named. */
  private addSplit(found: StateEntry[], tree: TraceTree, level: number): void {
    const { entries, changes } = this.store;
    for (const parent of entries.byLevel[level + 1] ?? []) {
      if (parent >= this.last.length || entries.treeOf(parent) !== tree.number) continue;
      const link = this.linkedBy(parent);
      if (link === none || !this.readHuge(link, level + 1)) continue;
      const { lo, hi } = this.values;
      for (let index = 0; index < entriesPerTable; index++) {
        const gfn = entries.gfn[parent]! + index * pagesOfLevel(level);
        if (entries.find(tree.number, level, gfn) !== none) continue;
        const value = joinHalves(splitLow(lo, level + 1, index), hi);
        const line = changes.line[link]!;
        found.push({ tree, level, gfn: BigInt(gfn), address: null, value, line, ground: 'split' });
      }
    }
  }

  /** The change that linked the table under an entry which hangs in its tree. */
  private linkedBy(entry: number): number {
    return this.inTree(entry) ? this.values.linkOf(entry) : none;
  }

  /** The huge page that a table took the place of, read into `values`; false: it was none. */
  private readHuge(link: number, level: number): boolean {
    return this.values.readBeforeChange(link) && isHugePage(this.values.lo, this.values.hi, level);
  }

  /** Whether all tables above an entry are linked, as far as is known. */
  private inTree(entry: number): boolean {
    const { entries, trees } = this.store;
    const known = this.hangs[entry]!;
    if (known !== 0) return known === 1;
    const parent = entries.parent[entry]!;
    const level = entries.levelOf(entry);
    const { rootLevel, namedBy } = trees[entries.treeOf(entry)]!;
    const top = namedBy === 'address' || parent === none || level >= rootLevel;
    const hangs = top || (this.inTree(parent) && this.mayLink(parent, level + 1));
    this.hangs[entry] = hangs ? 1 : 2;
    return hangs;
  }

  /** A link, or unknown: entries below show that there was a table then. */
  private mayLink(entry: number, level: number): boolean {
    const { values } = this;
    return !values.read(entry) || isTableLink(values.lo, values.hi, level);
  }

  /**
   * A root's table pages, as far as they are known, each at its own address: walks, maps and audits
   * read them as they would a dump. Entries named by address alone are in it too.
   */
  memory(tree: TraceTree): StateMemory {
    const pages = new PageWriter(this.source);
    const { entries } = this.store;
    const rootFrame = tree.rootFrame ?? standInFrame;
    if (tree.namedBy === 'gfn') {
      if (tree.createdLine !== null) pages.fill(rootFrame, 0, this.store.emptyHigh);
      for (let level = 5; level > 1; level--) {
        for (const entry of entries.byLevel[level]!) {
          if (entry < this.last.length && entries.treeOf(entry) === tree.number) {
            this.writeTable(pages, entry, level);
          }
        }
      }
    }
    const slots = new Int32Array(this.last.length).fill(notAsked);
    for (const some of entries.byLevel) {
      for (const entry of some) {
        if (entry < this.last.length && entries.treeOf(entry) === tree.number) {
          this.writeEntry(pages, tree, entry, rootFrame, slots);
        }
      }
    }
    return {
      memory: pages.memory,
      root: BigInt(rootFrame) << 12n,
      rootUnknown: tree.rootFrame === null,
      levels: tree.rootLevel,
    };
  }

  /** What the link of a table tells of all its entries. */
  private writeTable(pages: PageWriter, entry: number, level: number): void {
    const { values } = this;
    const link = this.linkedBy(entry);
    if (link === none) return;
    if (!values.read(entry)) return;
    const frame = tableFrame(values.lo, values.hi);
    if (!values.readBeforeChange(link)) return;
    const { lo, hi } = values;
    if (isHugePage(lo, hi, level)) pages.fillSplit(frame, lo, hi, level);
    else if (!isTableLink(lo, hi, level)) pages.fill(frame, 0, this.store.emptyHigh);
  }

  /** @param slots by entry: the page of the table that it links, as far as one was asked for */
  private writeEntry(
    pages: PageWriter,
    tree: TraceTree,
    entry: number,
    rootFrame: number,
    slots: Int32Array,
  ): void {
    const { values, store } = this;
    const { entries } = store;
    const level = entries.levelOf(entry);
    if (!this.inTree(entry)) return;
    if (tree.namedBy === 'address') {
      const place = entries.gfn[entry]!;
      if (!values.read(entry)) return;
      const page = pages.slotOf(Math.floor(place / 512));
      pages.word(page, place % 512, values.lo, values.hi, this.lineOf());
      return;
    }
    // A page is there only where something of it is known.
    if (level > tree.rootLevel || !values.read(entry)) return;
    // KVM empties a parked entry without a line (`tdp_mmu_zap_spte_atomic()`, v5.12 on).
    const parked = isParkedValue(values.lo, values.hi);
    const lo = parked ? 0 : values.lo;
    const hi = parked ? store.emptyHigh : values.hi;
    const line = this.lineOf();
    const slot =
      level === tree.rootLevel
        ? pages.slotOf(rootFrame)
        : this.slotBelow(pages, entries.parent[entry]!, slots);
    const index = (entries.gfn[entry]! / pagesOfLevel(level)) % entriesPerTable;
    if (slot !== noSlot) pages.word(slot, index, lo, hi, line);
  }

  /** The page of the table that an entry links; {@link noSlot}: the entry is unknown. */
  private slotBelow(pages: PageWriter, entry: number, slots: Int32Array): number {
    const known = slots[entry]!;
    if (known !== notAsked) return known;
    const { values } = this;
    const slot = values.read(entry) ? pages.slotOf(tableFrame(values.lo, values.hi)) : noSlot;
    slots[entry] = slot;
    return slot;
  }

  private lineOf(): number {
    const { change } = this.values;
    return change === none ? -1 : this.store.changes.line[change]!;
  }
}
