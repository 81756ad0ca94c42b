import { ChangeList, type ChangeCause } from './change-list';
import { EntryTable, none } from './entry-table';
import { EntryValues, type TraceStore } from './entry-values';
import {
  isEmpty,
  isParkedValue,
  isTableLink,
  pagesOfLevel,
  sameButCpuBits,
  tableFrame,
} from './spte-shape';
import { TreeKeeper, type TraceTree } from './trace-tree';

/** Entries hang below a root of at most this level. */
const highestLevel = 5;
const suppressVe = 0x8000_0000;

/** Takes in what lines say of entries, in their order, and keeps what is known up to the last of them. */
export class EntryWriter implements TraceStore {
  readonly entries = new EntryTable();
  readonly changes = new ChangeList();
  readonly keeper = new TreeKeeper();
  initialLo = new Uint32Array(1024);
  initialHi = new Uint32Array(1024);
  initialKnown = new Uint8Array(1024);
  emptyHigh = 0;
  /** Lines whose old value is not what the lines before left: something between them is missing. */
  readonly gaps: number[] = [];
  readonly now: EntryValues;
  private last = new Uint32Array(1024).fill(none);

  constructor() {
    this.now = new EntryValues(this, this.last);
  }

  get trees(): readonly TraceTree[] {
    return this.keeper.trees;
  }

  /** An entry named by level and GFN, with those above it. */
  entry(tree: number, level: number, gfn: number): number {
    const entry = this.entries.ensure(tree, level, gfn, highestLevel);
    this.makeRoom();
    return entry;
  }

  /** An entry named by its address alone. */
  entryAt(tree: number, level: number, address: number): number {
    const key = address / 8;
    const found = this.entries.find(tree, level, key);
    if (found !== none) return found;
    const entry = this.entries.add(tree, level, key, none);
    this.makeRoom();
    return entry;
  }

  private makeRoom(): void {
    const { length } = this.entries.gfn;
    if (this.last.length >= length) return;
    const last = new Uint32Array(length).fill(none);
    last.set(this.last);
    this.last = last;
    this.now.last = last;
    const lo = new Uint32Array(length);
    const hi = new Uint32Array(length);
    const known = new Uint8Array(length);
    lo.set(this.initialLo);
    hi.set(this.initialHi);
    known.set(this.initialKnown);
    this.initialLo = lo;
    this.initialHi = hi;
    this.initialKnown = known;
  }

  /** A line that tells both values. */
  change(
    line: number,
    entry: number,
    oldLo: number,
    oldHi: number,
    lo: number,
    hi: number,
    cause: ChangeCause,
  ): void {
    if (oldLo === 0 && oldHi === suppressVe) this.emptyHigh = suppressVe;
    this.learnOld(line, entry, oldLo, oldHi);
    this.write(line, entry, lo, hi, cause);
  }

  /** A line that tells the new value alone. Returns the change's place. */
  write(line: number, entry: number, lo: number, hi: number, cause: ChangeCause): number {
    const { changes, last } = this;
    const at = changes.push(line, entry, lo, hi, cause);
    const previous = last[entry]!;
    changes.previous[at] = previous;
    if (previous !== none) changes.gfn[at] = changes.gfn[previous]!;
    if (isTableLink(lo, hi, this.entries.levelOf(entry))) {
      changes.link[at] = this.keptLink(entry, previous, lo, hi) ?? at;
    }
    last[entry] = at;
    return at;
  }

  /** The link that goes on where an entry changes and its table stays. */
  private keptLink(entry: number, previous: number, lo: number, hi: number): number | undefined {
    const { changes, entries, initialKnown, initialLo, initialHi } = this;
    if (previous !== none) {
      const link = changes.link[previous]!;
      const same = tableFrame(changes.lo[previous]!, changes.hi[previous]!) === tableFrame(lo, hi);
      const above = this.now.linkOf(entries.parent[entry]!);
      // Under another table than then it is another entry, whatever it holds.
      return same && (above === none || previous > above) ? link : undefined;
    }
    const sameTable =
      initialKnown[entry] === 1 &&
      isTableLink(initialLo[entry]!, initialHi[entry]!, entries.levelOf(entry)) &&
      tableFrame(initialLo[entry]!, initialHi[entry]!) === tableFrame(lo, hi);
    return sameTable ? none : undefined;
  }

  /** What a line says of the value before it, held against what is known. */
  private learnOld(line: number, entry: number, lo: number, hi: number): void {
    const { now } = this;
    const known = now.read(entry);
    const first = this.last[entry] === none;
    if (first && (!known || now.ground === 'later-line')) {
      this.initialLo[entry] = lo;
      this.initialHi[entry] = hi;
      this.initialKnown[entry] = 1;
      return;
    }
    if (known && this.agrees(lo, hi)) {
      // A value that no line told is noted where an older one of the same entry would hide it.
      if (now.ground !== 'line' && !first) this.write(line, entry, lo, hi, 'seen');
      else if (now.ground !== 'line') this.noteInitial(entry, lo, hi);
      return;
    }
    if (known) this.gaps.push(line);
    this.write(line, entry, lo, hi, 'seen');
  }

  private noteInitial(entry: number, lo: number, hi: number): void {
    this.initialLo[entry] = lo;
    this.initialHi[entry] = hi;
    this.initialKnown[entry] = 1;
  }

  /** Whether the value just read is what a line calls the old one. */
  private agrees(lo: number, hi: number): boolean {
    const { now } = this;
    // After parking an entry KVM empties it without a line (`tdp_mmu_zap_spte_atomic()`, v5.12 on).
    if (isEmpty(lo, hi)) return isEmpty(now.lo, now.hi) || isParkedValue(now.lo, now.hi);
    return sameButCpuBits(now.lo, now.hi, lo, hi);
  }

  /** How well an entry's known value goes with a line's old one: 3 the same … 0 another. */
  fit(tree: number, level: number, gfn: number, lo: number, hi: number): number {
    const { createdLine, rootLevel } = this.trees[tree]!;
    const entry = this.knownEntry(tree, level, gfn);
    if (entry === none || !this.now.read(entry)) {
      // Of a root that began before our eyes all tables are known: what is in none of them is not its own.
      if (createdLine === null) return 1;
      return isEmpty(lo, hi) ? (level >= rootLevel ? 2 : 1) : 0;
    }
    if (this.now.lo === lo && this.now.hi === hi) return isEmpty(lo, hi) ? 2 : 3;
    return this.agrees(lo, hi) ? 2 : 0;
  }

  /** An entry that a line named, or one of a table that a line linked; {@link none}: neither. */
  private knownEntry(tree: number, level: number, gfn: number): number {
    const { entries, now } = this;
    const entry = entries.find(tree, level, gfn);
    if (entry !== none) return entry;
    const above = pagesOfLevel(level + 1);
    const parent = entries.find(tree, level + 1, Math.floor(gfn / above) * above);
    return parent !== none && now.tableOf(parent) !== none ? this.entry(tree, level, gfn) : none;
  }
}
