import {
  frameNumber,
  generationBits,
  isHostWritable,
  isLast,
  isMmio,
  isShadowPresent,
  mmioGeneration,
  mmioGfn,
} from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';
import type { WordSource } from '../memory/word-source';
import type { ListedTable } from './table-memory';
import { entriesPerTable, pagesAtLevel } from './table-page';

/** A root in somebody's memory. */
export interface FoundRoot {
  /** Byte address. */
  readonly pa: number;
  readonly asId: number;
}

export interface FoundLeaf {
  readonly asId: number;
  readonly gfn: number;
  readonly level: number;
  readonly pfn: number;
  readonly hostWritable: boolean;
}

/** KVM's tables as a memory holds them, with what they tell of the machine they are from. */
export interface FoundTables {
  readonly tables: readonly ListedTable[];
  /** By address space and guest frame. */
  readonly leaves: readonly FoundLeaf[];
  /** Guest frames that are known to be MMIO. */
  readonly mmioGfns: readonly { readonly asId: number; readonly gfn: number }[];
  /** The newest generation an MMIO entry has; `null`: there is none. */
  readonly generation: bigint | null;
  /** Tables that entries point to and the memory does not hold. */
  readonly missingTables: number;
  /** Tables beyond the limit. */
  readonly leftOut: number;
  /** Entries of tables that are held in part. */
  readonly unknownEntries: number;
  /** First byte behind all tables and frames that entries point to. */
  readonly end: number;
}

interface Waiting {
  readonly pa: number;
  readonly level: number;
  readonly gfn: number;
  readonly asId: number;
}

/** Walks the tables below some roots, upper levels first, each once, up to so many tables. */
export function findTables(
  memory: WordSource,
  roots: readonly FoundRoot[],
  levels: number,
  masks: SpteMasks,
  most: number,
): FoundTables {
  const search = new TableSearch(memory, masks, most);
  search.run(roots.map(({ pa, asId }) => ({ pa, level: levels, gfn: 0, asId })));
  search.leaves.sort((one, other) => one.asId - other.asId || one.gfn - other.gfn);
  return search;
}

class TableSearch implements FoundTables {
  readonly tables: ListedTable[] = [];
  readonly leaves: FoundLeaf[] = [];
  readonly mmioGfns: { asId: number; gfn: number }[] = [];
  generation: bigint | null = null;
  missingTables = 0;
  leftOut = 0;
  unknownEntries = 0;
  end = 0;

  constructor(
    readonly memory: WordSource,
    readonly masks: SpteMasks,
    readonly most: number,
  ) {}

  run(roots: readonly Waiting[]): void {
    const met = new Set<number>();
    const waiting: Waiting[] = [...roots];
    for (let at = 0; at < waiting.length; at++) {
      const next = waiting[at]!;
      if (met.has(next.pa)) continue;
      met.add(next.pa);
      if (this.tables.length >= this.most) this.leftOut++;
      else waiting.push(...this.#read(next));
    }
  }

  /** @returns the tables below */
  #read(place: Waiting): Waiting[] {
    const entries: [number, bigint][] = [];
    const below: Waiting[] = [];
    let unknown = 0;
    for (let index = 0; index < entriesPerTable; index++) {
      const word = this.memory.readWord(BigInt(place.pa + 8 * index), 8);
      if (word === undefined) {
        unknown++;
        continue;
      }
      if (word === this.masks.era.initialValue) continue;
      entries.push([index, word]);
      const child = this.#note(word, place, place.gfn + index * pagesAtLevel[place.level]!);
      if (child) below.push(child);
    }
    if (unknown === entriesPerTable) {
      this.missingTables++;
      return [];
    }
    this.unknownEntries += unknown;
    this.tables.push({ pa: place.pa, entries });
    return below;
  }

  #note(word: bigint, { level, asId }: Waiting, gfn: number): Waiting | undefined {
    const { masks } = this;
    if (!isShadowPresent(masks, word)) {
      if (level === 1 && isMmio(masks, word)) this.#noteMmio(word, asId);
      return undefined;
    }
    const pfn = Number(frameNumber(masks, word));
    if (!isLast(word, level)) {
      this.end = Math.max(this.end, 4096 * (pfn + 1));
      return { pa: 4096 * pfn, level: level - 1, gfn, asId };
    }
    this.end = Math.max(this.end, 4096 * (pfn + pagesAtLevel[level]!));
    this.leaves.push({ asId, gfn, level, pfn, hostWritable: isHostWritable(masks, word) });
    return undefined;
  }

  #noteMmio(word: bigint, asId: number): void {
    const { masks } = this;
    const generation = generationBits(masks) === 0n ? 0n : mmioGeneration(masks, word);
    if (this.generation === null || generation > this.generation) this.generation = generation;
    this.mmioGfns.push({ asId, gfn: Number(mmioGfn(masks, word)) });
  }
}
