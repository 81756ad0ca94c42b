import type { WordSource } from '../../memory/word-source';
import type { ListedTable } from '../table-memory';
import type { Descriptors } from './descriptors';
import { lastLevel, type Stage2Geometry } from './geometry';

/** A leaf in somebody's memory; frames are pages of the granule. */
export interface FoundStage2Leaf {
  readonly gfn: number;
  readonly level: number;
  readonly pfn: number;
  readonly writable: boolean;
  /** Ordinary memory: not a device's. */
  readonly cacheable: boolean;
}

interface Waiting {
  readonly pa: number;
  readonly level: number;
  readonly start: number;
  /** How many entries the architecture reads: a root may be shorter than a table. */
  readonly entries: number;
}

/** The tables below a stage-2 root as a memory holds them, and what they map. */
export class FoundStage2Tables {
  readonly tables: ListedTable[] = [];
  readonly leaves: FoundStage2Leaf[] = [];
  /** Tables that entries point to and the memory does not hold. */
  missingTables = 0;
  /** Tables beyond the limit. */
  leftOut = 0;
  /** Entries of tables that are held in part. */
  unknownEntries = 0;
  /** A table that more than one entry leads to; `null`: there is none. */
  shared: number | null = null;
  /** First byte behind all tables and pages that entries point to. */
  end = 0;

  /** @param most so many tables and no more */
  constructor(
    readonly memory: WordSource,
    readonly geometry: Stage2Geometry,
    readonly descriptors: Descriptors,
    readonly most: number,
  ) {}

  /** Goes through the tables of a root, upper levels first, each once. */
  run(root: number): void {
    const { geometry } = this;
    const { startLevel, entriesPerTable, rootPages, pageBytes, layout } = geometry;
    const covered = entriesPerTable * geometry.size(startLevel);
    const waiting: Waiting[] = Array.from({ length: rootPages }, (_, page) => ({
      pa: root + page * pageBytes,
      level: startLevel,
      start: page * covered,
      entries: Math.min(layout.entries, entriesPerTable),
    }));
    const met = new Set<number>();
    for (let at = 0; at < waiting.length; at++) {
      const next = waiting[at]!;
      if (met.has(next.pa)) {
        this.shared = next.pa;
        continue;
      }
      met.add(next.pa);
      if (this.tables.length >= this.most) this.leftOut++;
      else waiting.push(...this.#read(next));
    }
    this.leaves.sort((one, other) => one.gfn - other.gfn);
  }

  /** @returns the tables below */
  #read({ pa, level, start, entries: count }: Waiting): Waiting[] {
    const { geometry } = this;
    const entries: [number, bigint][] = [];
    const below: Waiting[] = [];
    let unknown = 0;
    for (let index = 0; index < count; index++) {
      const word = this.memory.readWord(BigInt(pa + 8 * index), 8);
      if (word === undefined) unknown++;
      if (!word) continue;
      entries.push([index, word]);
      const child = this.#note(word, level, start + index * geometry.size(level));
      if (child) below.push(child);
    }
    if (unknown === count) {
      this.missingTables++;
      return [];
    }
    this.unknownEntries += unknown;
    this.tables.push({ pa, entries });
    this.end = Math.max(this.end, pa + geometry.pageBytes);
    return below;
  }

  #note(word: bigint, level: number, address: number): Waiting | undefined {
    const { descriptors, geometry } = this;
    if (!descriptors.isValid(word)) return undefined;
    const pa = descriptors.address(word);
    if (descriptors.isTable(word, level)) {
      this.end = Math.max(this.end, pa + geometry.pageBytes);
      return { pa, level: level + 1, start: address, entries: geometry.entriesPerTable };
    }
    const size = geometry.size(level);
    this.end = Math.max(this.end, pa + size);
    this.leaves.push({
      gfn: geometry.frame(address),
      level: Math.min(level, lastLevel),
      pfn: geometry.frame(pa),
      writable: descriptors.protection(word).write,
      cacheable: descriptors.isCacheable(word),
    });
    return undefined;
  }
}
