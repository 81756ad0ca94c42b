import type { FrameStore } from '../memory/frame-store';
import { halvesPerFrame } from '../memory/known-words';
import { canonicalAddress } from '../paging/canonical';
import type { CompiledFormat, LevelRule } from '../paging/format';
import { KindsOfLevel } from './kinds-of-level';

/** What the entries of one table are, by number. */
export interface EntryCounts {
  /** Entries that point at a table the memory holds at least a part of. */
  tables: number;
  /** Entries that point at a table the memory holds nothing of. */
  missing: number;
  leaves: number;
  /** Present, but the CPU faults on them. */
  malformed: number;
  /** Not present and not zero: the software keeps something in them. */
  software: number;
  /** All bits clear, or only the suppress-#VE bit that newer KVMs write into empty entries. */
  empty: number;
  /** Not in the memory. */
  unknown: number;
}

/** A table that a root reaches. */
export interface TableNode {
  /** Byte address. */
  readonly address: number;
  readonly level: number;
  /** First and last input address it translates, in canonical form. */
  readonly first: bigint;
  readonly last: bigint;
  readonly parent: TableNode | null;
  /** Its entry's index in the parent; 0 for the root. */
  readonly index: number;
  readonly children: readonly TableNode[];
  readonly counts: Readonly<EntryCounts>;
}

interface GrowingNode extends TableNode {
  readonly children: GrowingNode[];
  readonly counts: EntryCounts;
}

export interface TableTree {
  readonly root: TableNode;
  /** Every table once, by byte address: where it was first met, root first, in address order. */
  readonly byAddress: ReadonlyMap<number, TableNode>;
}

/** Bit 63: SUPPRESS_VE, the one bit of an empty SPTE since Linux 6.10. Source: spte.h. */
const emptyHigh = 0x8000_0000;

/**
 * The tables below a root, each with what it covers and what its entries are. Every table is entered
 * once, where it is met first: shared tables and cycles end there.
 */
export function tableTree(memory: FrameStore, compiled: CompiledFormat, root: bigint): TableTree {
  const rootLevel = compiled.rules.length;
  const rootNode = node(compiled, Number(root), rootLevel, 0n, null, 0);
  const byAddress = new Map<number, TableNode>([[rootNode.address, rootNode]]);
  const waiting = [rootNode];
  const kinds = compiled.rules.map((rule) => new KindsOfLevel(rule));
  for (let table = waiting.pop(); table; table = waiting.pop()) {
    readTable(memory, compiled, table, kinds[table.level - 1]!, byAddress);
    for (let at = table.children.length - 1; at >= 0; at--) waiting.push(table.children[at]!);
  }
  return { root: rootNode, byAddress };
}

function readTable(
  memory: FrameStore,
  compiled: CompiledFormat,
  table: GrowingNode,
  kinds: KindsOfLevel,
  met: Map<number, TableNode>,
): void {
  const rule = compiled.rules[table.level - 1]!;
  const { entryBytes } = compiled;
  const entries = 2 ** rule.indexBits;
  for (let index = 0; index < entries;) {
    const address = table.address + index * entryBytes;
    const half = (address % 4096) >>> 2;
    const stretch = Math.min(entries - index, (halvesPerFrame - half) / (entryBytes / 4));
    const slot = memory.slotOf(Math.floor(address / 4096));
    if (slot < 0) table.counts.unknown += stretch;
    else readStretch(memory, compiled, table, kinds, met, { slot, half, index, stretch });
    index += stretch;
  }
}

/** Entries that stand in one page. */
interface Stretch {
  readonly slot: number;
  /** The first one's place in the page. */
  readonly half: number;
  readonly index: number;
  readonly stretch: number;
}

function readStretch(
  memory: FrameStore,
  compiled: CompiledFormat,
  table: GrowingNode,
  kinds: KindsOfLevel,
  met: Map<number, TableNode>,
  { slot, half, index: first, stretch }: Stretch,
): void {
  const { counts } = table;
  const rule = compiled.rules[table.level - 1]!;
  const halves = compiled.entryBytes / 4;
  const whole = memory.known.isWhole(slot);
  const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
  const base = memory.slotOffset[slot]! + half;
  for (let at = 0; at < stretch; at++) {
    if (!whole && !memory.isKnown(slot, half + at * halves, halves)) {
      counts.unknown++;
      continue;
    }
    const lo = buffer[base + at * halves]!;
    const hi = halves === 2 ? buffer[base + at * halves + 1]! : 0;
    switch (kinds.of(lo, hi)) {
      case 'none':
        if (lo === 0 && (hi === 0 || hi === emptyHigh)) counts.empty++;
        else counts.software++;
        break;
      case 'leaf':
        counts.leaves++;
        break;
      case 'malformed':
        counts.malformed++;
        break;
      case 'table':
        enterChild(memory, compiled, table, first + at, childAddress(rule, lo, hi), met);
        break;
    }
  }
}

function enterChild(
  memory: FrameStore,
  compiled: CompiledFormat,
  table: GrowingNode,
  index: number,
  address: number,
  met: Map<number, TableNode>,
): void {
  if (table.level === 1 || memory.slotOf(Math.floor(address / 4096)) < 0) {
    table.counts.missing++;
    return;
  }
  table.counts.tables++;
  if (met.has(address)) return;
  const { shift } = compiled.rules[table.level - 1]!;
  const first = unsigned(compiled, table.first) + (BigInt(index) << BigInt(shift));
  const child = node(compiled, address, table.level - 1, first, table, index);
  met.set(address, child);
  table.children.push(child);
}

function childAddress(rule: LevelRule, lo: number, hi: number): number {
  if (rule.scattered) return rule.scattered(lo, hi, false);
  return (hi & rule.tableAddressHi) * 0x1_0000_0000 + ((lo & rule.tableAddressLo) >>> 0);
}

function node(
  compiled: CompiledFormat,
  address: number,
  level: number,
  first: bigint,
  parent: TableNode | null,
  index: number,
): GrowingNode {
  const { shift, indexBits } = compiled.rules[level - 1]!;
  const last = first + (1n << BigInt(shift + indexBits)) - 1n;
  const straddles = compiled.signExtended;
  const counts: EntryCounts = {
    tables: 0,
    missing: 0,
    leaves: 0,
    malformed: 0,
    software: 0,
    empty: 0,
    unknown: 0,
  };
  return {
    address,
    level,
    // A root that straddles the middle has its range written from 0 up.
    first: parent || !straddles ? canonicalAddress(compiled, first) : first,
    last: parent || !straddles ? canonicalAddress(compiled, last) : last,
    parent,
    index,
    children: [],
    counts,
  };
}

function unsigned(compiled: CompiledFormat, address: bigint): bigint {
  return address & ((1n << BigInt(compiled.addressBits)) - 1n);
}
