import type { TextIndex } from '../text/index';
import { CodeUnits } from '../text/line-chunk';
import { parseLogLine, plainText } from '../text/log/log-event';
import { highHalf, lowHalf } from '../word';
import { none } from './entry-table';
import { EntryWriter } from './entry-writer';
import type { FormReader } from './form-reader';
import { type PageLine, ShadowPages } from './shadow-pages';
import {
  isEmpty,
  isHugePage,
  isParkedValue,
  isTableLink,
  sameButCpuBits,
  tableFrame,
} from './spte-shape';
import { eventNumber, readersOf, readForm } from './trace-events';
import type { TraceTree } from './trace-tree';

/** Takes in one line. */
type Taker = (line: number, units: Uint8Array, start: number) => void;

/** A GFN or frame from two halves: at most 52 bits, so a plain number is exact. */
function wide(lo: number, hi: number): number {
  return hi * 0x1_0000_0000 + lo;
}

/** A change of the TDP MMU, as its line tells it. */
interface ToldChange {
  line: number;
  asId: number;
  gfn: number;
  level: number;
  oldLo: number;
  oldHi: number;
  /** The new value links a table, is parked, or is nothing that maps. */
  links: boolean;
  parks: boolean;
  removes: boolean;
}

/** Where the values of a change stand in its reader. */
interface ChangeSlots {
  readonly asId: number;
  readonly gfn: number;
  readonly level: number;
  readonly old: number;
  readonly value: number;
}

function changeSlots(reader: FormReader): ChangeSlots {
  return {
    asId: reader.slot('as_id'),
    gfn: reader.slot('gfn'),
    level: reader.slot('level'),
    old: reader.slot('old_spte'),
    value: reader.slot('new_spte'),
  };
}

const numberOf = (value: bigint | null | undefined): number => Number(value ?? 0n);

/** Reads a trace's lines, in order, into what they say of entries. */
export class TraceReader {
  readonly writer = new EntryWriter();
  /** Lines where events were lost, of which nothing is known. */
  readonly lost: number[] = [];
  /** Lines of events that are about entries, but cut off or in another form. */
  readonly unread: number[] = [];
  /** Lines of the lockless fast path whose entry could not be told. */
  readonly unplaced: number[] = [];
  private pages = new ShadowPages(this.writer);
  /** The change being read: one object for all lines. */
  private readonly told: ToldChange = {
    line: 0,
    asId: 0,
    gfn: 0,
    level: 0,
    oldLo: 0,
    oldHi: 0,
    links: false,
    parks: false,
    removes: false,
  };
  private readonly takers = new Map<number, Taker>();
  private index: TextIndex | null = null;
  private readonly joined = new CodeUnits();

  constructor() {
    const add = (name: string, taker: Taker): void => {
      this.takers.set(eventNumber(name), taker);
    };
    const between: Taker = () => this.writer.keeper.between();
    add('kvm_tdp_mmu_spte_changed', this.tdpChanges(readersOf('kvm_tdp_mmu_spte_changed')));
    add('kvm_mmu_set_spte', this.sptesSet(readersOf('kvm_mmu_set_spte')));
    add('fast_page_fault', this.fastFaults(readersOf('fast_page_fault').slice(0, 1)));
    add('kvm_mmu_get_page', (line) => this.pageLine(line, true));
    add('kvm_mmu_prepare_zap_page', (line) => this.pageLine(line, false));
    add('kvm_mmu_zap_all_fast', (line) => this.writer.keeper.allObsolete(line));
    add('kvm_mmu_invalidate_zap_all_pages', (line) => this.writer.keeper.allObsolete(line));
    add('mmu_root', (line) => this.rootLoaded(line));
    add('kvm_page_fault', between);
    add('kvm_mmu_spte_requested', between);
    add('lost-events', (line) => {
      this.lost.push(line);
      this.writer.keeper.forget(line);
      this.pages = new ShadowPages(this.writer);
    });
  }

  /** Reads a whole text, in steps. */
  *read(index: TextIndex): Generator<number, void> {
    this.index = index;
    const { takers } = this;
    yield* index.readEvents((line, event, units, start) => takers.get(event)?.(line, units, start));
  }

  private tdpChanges(readers: readonly FormReader[]): Taker {
    const slotsOf = new Map(readers.map((reader) => [reader, changeSlots(reader)]));
    return (line, units, start) => {
      const reader = this.formOf(readers, line, units, start);
      const slots = reader && slotsOf.get(reader);
      const level = slots ? reader.lo[slots.level]! : 0;
      if (!slots || level < 1 || level > 5) this.unread.push(line);
      else this.tdpChange(line, level, reader, slots);
    };
  }

  /** The form that a line has, by itself or with what was broken off it. */
  private formOf(
    readers: readonly FormReader[],
    line: number,
    units: Uint8Array,
    start: number,
  ): FormReader | undefined {
    const reader = readForm(readers, units, start);
    if (reader) return reader;
    const raw = this.index!.lineText(line);
    const text = plainText(this.index!.wrappedEvent(line)?.text ?? raw);
    const event = text === raw ? undefined : parseLogLine(text);
    return event && readForm(readers, this.joined.of(text), event.end + 1);
  }

  private tdpChange(line: number, level: number, reader: FormReader, slots: ChangeSlots): void {
    const { writer } = this;
    const { lo, hi } = reader;
    const { told } = this;
    told.line = line;
    told.level = level;
    told.asId = lo[slots.asId]!;
    told.gfn = wide(lo[slots.gfn]!, hi[slots.gfn]!);
    told.oldLo = lo[slots.old]!;
    told.oldHi = hi[slots.old]!;
    const newLo = lo[slots.value]!;
    const newHi = hi[slots.value]!;
    told.links = isTableLink(newLo, newHi, level);
    told.parks = isParkedValue(newLo, newHi);
    told.removes = told.parks || isEmpty(newLo, newHi);
    const fresh = told.links && isEmpty(told.oldLo, told.oldHi);
    const pending = fresh ? writer.keeper.takePending(told.asId, level) : undefined;
    const tree = pending ?? this.treeOf(told);
    tree.rootLevel = Math.max(tree.rootLevel, level);
    const entry = writer.entry(tree.number, level, told.gfn);
    writer.change(line, entry, told.oldLo, told.oldHi, newLo, newHi, 'changed');
  }

  /** The root whose entry a line means: the one that holds what the line calls the old value. */
  private treeOf(told: ToldChange): TraceTree {
    const { writer } = this;
    const { line, asId, gfn, level, oldLo, oldHi, links } = told;
    const candidates = writer.keeper.candidates(asId);
    const newest = candidates[0];
    if (!newest) return writer.keeper.addUnannounced(asId, null, level);
    if (candidates.length === 1 && !(links && level >= newest.rootLevel)) return newest;
    let best = newest;
    let bestFit = -1;
    const empty = isEmpty(oldLo, oldHi);
    for (const tree of candidates) {
      // An obsolete root only loses entries, as long as there is another.
      if (!told.removes && tree.obsoleteLine !== null && newest.obsoleteLine === null) continue;
      // An empty entry is parked only where its table was unlinked before.
      if (told.parks && empty && this.hangsOn(tree, gfn, level)) continue;
      const fit = writer.fit(tree.number, level, gfn, oldLo, oldHi);
      if (fit > bestFit) {
        bestFit = fit;
        best = tree;
        // None fits better than this, and newer ones go first.
        if (fit === (empty ? 2 : 3)) break;
      }
    }
    // A root's entry is empty again though no line emptied it: this is another root.
    if (bestFit === 0 && links && level >= best.rootLevel && empty) {
      return writer.keeper.addUnannounced(asId, line, level);
    }
    return best;
  }

  /** Whether the table of an entry is linked from above. */
  private hangsOn(tree: TraceTree, gfn: number, level: number): boolean {
    if (level >= tree.rootLevel) return true;
    const { writer } = this;
    const entry = writer.entry(tree.number, level, gfn);
    const parent = writer.entries.parent[entry]!;
    return writer.now.read(parent) && isTableLink(writer.now.lo, writer.now.hi, level + 1);
  }

  private sptesSet(readers: readonly FormReader[]): Taker {
    return (line, units, start) => {
      const reader = this.formOf(readers, line, units, start);
      if (!reader) {
        this.unread.push(line);
        return;
      }
      const { lo, hi } = reader;
      const valueOf = (name: string): [number, number] => {
        const slot = reader.slot(name);
        return [lo[slot]!, hi[slot]!];
      };
      const gfn = wide(...valueOf('gfn'));
      const [level] = valueOf('level');
      const spte = valueOf('spte');
      const address = wide(...valueOf('at'));
      if (level < 1 || level > 5 || address % 8 !== 0) this.unread.push(line);
      else if (!this.isTdpEntry(gfn, level, spte))
        this.pages.set(line, gfn, level, address, ...spte);
    };
  }

  /** Whether the TDP MMU told this entry by a line of its own. */
  private isTdpEntry(gfn: number, level: number, [lo, hi]: readonly [number, number]): boolean {
    const { writer } = this;
    return writer.keeper.recent().some((tree) => {
      const entry = writer.entries.find(tree.number, level, gfn);
      return (
        entry !== none &&
        writer.now.read(entry) &&
        sameButCpuBits(writer.now.lo, writer.now.hi, lo, hi)
      );
    });
  }

  /** The lockless fast path tells the address, not the level: it is the entry that holds the old value. */
  private fastFaults(readers: readonly FormReader[]): Taker {
    return (line, units, start) => {
      const reader = this.formOf(readers, line, units, start);
      if (!reader) {
        this.unread.push(line);
        return;
      }
      const { lo, hi } = reader;
      const at = (name: string): number => reader.slot(name);
      if (lo[at('fixed')] !== 1) return;
      const gfn = Math.floor(wide(lo[at('gva')]!, hi[at('gva')]!) / 4096);
      const old = at('old');
      const entry = this.entryWith(gfn, lo[old]!, hi[old]!);
      const next = at('new');
      if (entry === none) this.unplaced.push(line);
      else this.writer.change(line, entry, lo[old]!, hi[old]!, lo[next]!, hi[next]!, 'fast-fault');
    };
  }

  private entryWith(gfn: number, lo: number, hi: number): number {
    const { writer } = this;
    const { now } = writer;
    const fits = (entry: number): boolean =>
      entry !== none && now.read(entry) && sameButCpuBits(now.lo, now.hi, lo, hi);
    for (const tree of writer.keeper.recent()) {
      for (let level = 1; level <= 3; level++) {
        const first = gfn - (gfn % 512 ** (level - 1));
        const parent = writer.entries.find(tree.number, level, first);
        if (fits(parent)) return parent;
        const split = this.splitEntry(tree, first, level);
        if (fits(split)) return split;
      }
    }
    // Write protection of the shadow MMU leaves no line: the frame alone must do.
    for (const entry of this.pages.entriesOf(gfn)) {
      if (now.read(entry) && tableFrame(now.lo, now.hi) === tableFrame(lo, hi)) return entry;
    }
    return isHugePage(lo, hi, 2) ? none : this.unknownEntry(gfn);
  }

  /** The entry of a 4 KiB page whose value is not known yet: what is mapped and not huge is one. */
  private unknownEntry(gfn: number): number {
    const { writer } = this;
    const newest = writer.keeper.recent()[0];
    if (!newest) return none;
    const entry = writer.entry(newest.number, 1, gfn);
    return writer.now.read(entry) ? none : entry;
  }

  /** An entry that no line named yet, in a table that a line linked. */
  private splitEntry(tree: TraceTree, gfn: number, level: number): number {
    const { writer } = this;
    const above = gfn - (gfn % 512 ** level);
    const parent = writer.entries.find(tree.number, level + 1, above);
    const linked = parent !== none && writer.now.linkOf(parent) !== none;
    return linked ? writer.entry(tree.number, level, gfn) : none;
  }

  private pageLine(line: number, made: boolean): void {
    const event = this.index!.logEvent(line);
    const texts = new Map(event?.fields.map((field) => [field.name, field]));
    const gfn = texts.get('gfn')?.value;
    // Bits 3:0 and 7 of the role word are level and "direct" in every kernel (kvm_host.h).
    const role = texts.get('role')?.value;
    const level = role == null ? texts.get('level')?.value : role & 0xfn;
    const direct = role == null ? texts.has('direct') : (role & 0x80n) !== 0n;
    if (gfn == null || level == null) {
      this.writer.keeper.between();
      return;
    }
    const page: PageLine = {
      gfn: numberOf(gfn),
      level: numberOf(level),
      direct,
      rest: ['role', 'quadrant', 'access', 'entry_bytes']
        .map((name) => texts.get(name)?.text)
        .join(' '),
    };
    if (!made) {
      this.pages.zap(line, page);
      return;
    }
    this.pages.linked(line, page);
    if (texts.get('created')?.text !== 'existing') {
      if (page.direct) this.writer.keeper.pageMade(line, page.level);
      this.pages.pageMade(page);
    }
  }

  private rootLoaded(line: number): void {
    const event = this.index!.logEvent(line);
    const [root, level] = ['root_hpa', 'root_level'].map(
      (name) => event?.fields.find((field) => field.name === name)?.value,
    );
    if (root == null || level == null) return;
    const frame = highHalf(root) * 0x10_0000 + (lowHalf(root) >>> 12);
    this.writer.keeper.rootLoaded(frame, Number(level));
  }
}
