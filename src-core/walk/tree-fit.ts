import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat, HardwareFormatName } from '../paging/format';
import { hardwareKind, ruleOfLevel } from '../paging/level-rule';
import { walkKind } from './walk-kind';

/** Tables looked at for one candidate at most, and entries kept for what asks about the kernel. */
const maxTables = 1024;
const samplePerLevel = 2048;
/** A candidate that points outside this often, compared with inside, is not looked at further. */
const hopeless = { least: 256, ratio: 16 } as const;

/** Entries with the level each stands at, in halves. */
export interface EntryList {
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;
  readonly level: Uint8Array;
}

/** How the tables below one candidate root hang together under one format. */
export interface TreeFit {
  /** Frames that are tables of the tree. */
  readonly frames: ReadonlySet<number>;
  /** Frames that would be tables of two levels at once. */
  readonly conflicts: number;
  /** Table entries whose table is held, and those whose table is not. */
  readonly held: number;
  readonly missing: number;
  /** Of the missing ones, those whose flags are like a held one's: tables left out of the dump. */
  readonly missingAlike: number;
  readonly present: number;
  readonly malformed: number;
  readonly leaves: number;
  /** Leaves whose flags are like those of entries that point at held tables. */
  readonly leavesAlike: number;
  /** Leaves that would be uncached memory in x86's formats (PWT or PCD). */
  readonly uncached: number;
  /** Leaves of EPT's write-back type. */
  readonly writeBack: number;
  /** Entries that point at tables with nothing but type bits 11 (bits 11:0 are 3), as arm64's do. */
  readonly bareTables: number;
  /** Leaves with arm64's access flag (bit 10), and those with bit 5: stage 2's normal memory. */
  readonly accessFlags: number;
  readonly bit5: number;
  /** The root uses the upper half of its entries: canonical addresses do, guest-physical ones do not. */
  readonly upperHalf: boolean;
  /** Non-zero entries of the tree. */
  readonly sample: EntryList;
  /** Non-zero entries at odd places of 4-byte tables. */
  readonly oddEntries: number;
  readonly entries: number;
}

/**
 * Where the CPU marks table entries as accessed: in EPT bit 8, in x86's other formats bit 5, in arm64
 * nowhere (SDM vol. 3C 29.3.5, vol. 3A 4.8; DDI 0487 D8.5).
 */
const accessedBits: Partial<Record<HardwareFormatName, number>> = {
  ept: 0x100,
  'arm64-stage1': 0,
  'arm64-stage2': 0,
};

/** Flags of an entry: bits 63:52 and 11:0 without those the CPU sets on its own. */
function flagsOf(lo: number, hi: number, accessed: number): number {
  return (lo & 0xfff & ~accessed) | ((hi >>> 20) << 12);
}

function countAlike(
  counts: ReadonlyMap<number, number>,
  like: ReadonlyMap<number, number>,
): number {
  let alike = 0;
  for (const [flags, count] of counts) if (like.has(flags)) alike += count;
  return alike;
}

function add(counts: Map<number, number>, flags: number): void {
  counts.set(flags, (counts.get(flags) ?? 0) + 1);
}

/** Looks at the tree under a frame, breadth first. */
export function fitTree(memory: FrameStore, compiled: CompiledFormat, rootFrame: number): TreeFit {
  return new TreeLook(memory, compiled).look(rootFrame);
}

class TreeLook {
  private readonly frames = new Set<number>();
  private readonly seen = new Set<number>();
  private readonly queue: { frame: number; level: number }[] = [];
  private readonly heldFlags = new Map<number, number>();
  private readonly missingFlags = new Map<number, number>();
  private readonly leafFlags = new Map<number, number>();
  private readonly accessed: number;
  private readonly lo: Uint32Array;
  private readonly hi: Uint32Array;
  private readonly levels: Uint8Array;
  private sampled = 0;
  /** Entries kept, by level: upper levels, which come first, must not crowd out the leaves. */
  private readonly sampledAt: Uint32Array;
  private conflicts = 0;
  private held = 0;
  private missing = 0;
  private present = 0;
  private malformed = 0;
  private leaves = 0;
  private uncached = 0;
  private writeBack = 0;
  private bareTables = 0;
  private accessFlags = 0;
  private bit5 = 0;
  private oddEntries = 0;
  private entries = 0;
  private upperHalf = false;

  constructor(
    private readonly memory: FrameStore,
    private readonly compiled: CompiledFormat,
  ) {
    const { levels } = compiled.shape;
    this.lo = new Uint32Array(samplePerLevel * levels);
    this.hi = new Uint32Array(samplePerLevel * levels);
    this.levels = new Uint8Array(samplePerLevel * levels);
    this.sampledAt = new Uint32Array(levels + 1);
    this.accessed = accessedBits[compiled.format.name] ?? 0x20;
  }

  look(rootFrame: number): TreeFit {
    this.enter(rootFrame, this.compiled.shape.levels);
    for (let next = 0; next < this.queue.length && next < maxTables; next++) {
      const { frame, level } = this.queue[next]!;
      this.table(frame, level);
      if (this.missing > hopeless.least && this.missing > hopeless.ratio * this.held) break;
    }
    const { sampled } = this;
    return {
      frames: this.frames,
      conflicts: this.conflicts,
      held: this.held,
      missing: this.missing,
      missingAlike: countAlike(this.missingFlags, this.heldFlags),
      present: this.present,
      malformed: this.malformed,
      leaves: this.leaves,
      leavesAlike: countAlike(this.leafFlags, this.heldFlags),
      uncached: this.uncached,
      writeBack: this.writeBack,
      bareTables: this.bareTables,
      accessFlags: this.accessFlags,
      bit5: this.bit5,
      upperHalf: this.upperHalf,
      sample: {
        lo: this.lo.subarray(0, sampled),
        hi: this.hi.subarray(0, sampled),
        level: this.levels.subarray(0, sampled),
      },
      oddEntries: this.oddEntries,
      entries: this.entries,
    };
  }

  private enter(frame: number, level: number): void {
    const key = frame * 8 + level;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (this.frames.has(frame)) this.conflicts++;
    else this.frames.add(frame);
    this.queue.push({ frame, level });
  }

  /** A table, page by page: those of arm64's larger granules and concatenated roots have several. */
  private table(frame: number, level: number): void {
    const { entryBytes } = this.compiled;
    const entries = 2 ** ruleOfLevel(this.compiled, level)!.indexBits;
    const perPage = 4096 / entryBytes;
    for (let page = 0; page * perPage < entries; page++) {
      const slot = this.memory.slotOf(frame + page);
      if (slot < 0) continue;
      this.frames.add(frame + page);
      this.page(slot, level, page * perPage, Math.min(entries, (page + 1) * perPage), entries);
    }
  }

  /** Entries `from` up to `to` of a table, which stand in one page. */
  private page(slot: number, level: number, from: number, to: number, entries: number): void {
    const { memory, compiled } = this;
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const offset = memory.slotOffset[slot]!;
    const whole = memory.known.isWhole(slot);
    const halves = compiled.entryBytes / 4;
    for (let index = from; index < to; index++) {
      const half = (index - from) * halves;
      if (!whole && !memory.isKnown(slot, half, halves)) continue;
      const lo = buffer[offset + half]!;
      const hi = halves === 2 ? buffer[offset + half + 1]! : 0;
      if (lo === 0 && hi === 0) continue;
      this.entries++;
      if ((index & 1) === 1) this.oddEntries++;
      if (level === compiled.shape.levels && index * 2 >= entries && (lo & 7) !== 0) {
        this.upperHalf = true;
      }
      this.entry(level, lo, hi);
    }
  }

  private entry(level: number, lo: number, hi: number): void {
    if (this.sampledAt[level]! < samplePerLevel) {
      this.sampledAt[level]!++;
      this.lo[this.sampled] = lo;
      this.hi[this.sampled] = hi;
      this.levels[this.sampled++] = level;
    }
    const rule = ruleOfLevel(this.compiled, level)!;
    const kind = walkKind(rule, lo, hi);
    if (kind === 'none') return;
    this.present++;
    // A walk goes through what loading the root would refuse, but a root so made is none; some
    // emulators set the accessed bit even there.
    if (rule.checkedAtLoad && hardwareKind(rule, lo & ~this.accessed, hi) === 'malformed') {
      this.malformed++;
    }
    const flags = flagsOf(lo, hi, this.accessed);
    if (kind === 'malformed') this.malformed++;
    else if (kind === 'leaf') {
      this.leaves++;
      add(this.leafFlags, flags);
      if ((lo & 0x18) !== 0) this.uncached++;
      if ((lo & 0x38) === 0x30) this.writeBack++;
      if ((lo & 0x400) !== 0) this.accessFlags++;
      if ((lo & 0x20) !== 0) this.bit5++;
    } else {
      if ((lo & 0xfff) === 3) this.bareTables++;
      const target = rule.scattered
        ? rule.scattered(lo, hi, false)
        : (hi & rule.tableAddressHi) * 0x1_0000_0000 + ((lo & rule.tableAddressLo) >>> 0);
      const frame = Math.floor(target / 4096);
      if (this.memory.slotOf(frame) >= 0) {
        this.held++;
        add(this.heldFlags, flags);
        this.enter(frame, level - 1);
      } else {
        this.missing++;
        add(this.missingFlags, flags);
      }
    }
  }
}
