import { makeTableSpte } from '../kvm/make-spte';
import { frameNumber, isLast, isShadowPresent } from '../kvm/spte';
import type { WordSource } from '../memory/word-source';
import type { MachineKind } from './machine-setup';
import { entryIndex, pagesAtLevel, roundGfn } from './table-page';

/** An entry named by level and guest frame: what a trace tells where it does not tell of the root. */
export interface LooseEntry {
  readonly level: number;
  /** First guest frame it covers. */
  readonly gfn: number;
  readonly value: bigint;
}

/** Tables that loose entries stand in: those that no line places get an address of their own. */
export interface PlacedEntries {
  /** The entries, and whatever else is known of their tables. */
  readonly memory: WordSource;
  readonly root: number;
  /** How many tables nobody placed. */
  readonly standIns: number;
  /** First byte behind everything known and placed. */
  readonly end: number;
}

/**
 * Puts loose entries in tables below one root. Level and guest frame say which table of the tree an
 * entry stands in, not where that table lies: where no known entry points to it, it gets an address
 * behind everything known, and the tables above it get entries that lead there.
 * @param free addresses from there on are free, as far as is known so far
 */
export function placeEntries(
  entries: readonly LooseEntry[],
  levels: number,
  kind: MachineKind,
  known: WordSource,
  free = 0,
): PlacedEntries {
  const placing = new Placing(entries, levels, kind, free);
  for (const entry of entries) placing.put(entry);
  const { root } = placing;
  const { tables, standIns, end } = placing;
  return {
    root,
    standIns,
    end,
    memory: {
      readWord(address, bytes) {
        const table = tables.get(Number(address & ~0xfffn));
        const index = Number(address & 0xfffn) / 8;
        return table?.get(index) ?? known.readWord(address, bytes);
      },
    },
  };
}

type Table = Map<number, bigint>;

class Placing {
  /** By address. */
  readonly tables = new Map<number, Table>();
  /** Addresses of tables, by level and first guest frame. */
  readonly #addresses = new Map<string, number>();
  standIns = 0;

  constructor(
    entries: readonly LooseEntry[],
    readonly levels: number,
    readonly kind: MachineKind,
    public end: number,
  ) {
    for (const entry of entries) this.#readTarget(entry);
  }

  /** Address of the root; a stand-in as well. */
  get root(): number {
    return this.#addressOf(this.levels, 0);
  }

  put({ level, gfn, value }: LooseEntry): void {
    this.#tableOf(level, gfn).set(entryIndex(gfn, level), value);
  }

  #readTarget({ level, gfn, value }: LooseEntry): void {
    const { masks } = this.kind;
    if (!isShadowPresent(masks, value)) return;
    const pfn = Number(frameNumber(masks, value));
    const leaf = isLast(value, level);
    this.end = Math.max(this.end, 4096 * (pfn + (leaf ? pagesAtLevel[level]! : 1)));
    if (!leaf) this.#addresses.set(keyOf(level - 1, gfn), 4096 * pfn);
  }

  #tableOf(level: number, gfn: number): Table {
    const pa = this.#addressOf(level, gfn);
    const table = this.tables.get(pa) ?? new Map<number, bigint>();
    this.tables.set(pa, table);
    return table;
  }

  #addressOf(level: number, gfn: number): number {
    const key = keyOf(level, gfn);
    const known = this.#addresses.get(key);
    if (known !== undefined) {
      if (level < this.levels) this.#tableOf(level + 1, gfn);
      return known;
    }
    const pa = this.end;
    this.end += 4096;
    this.standIns++;
    this.#addresses.set(key, pa);
    if (level < this.levels) {
      const { masks, adDisabled } = this.kind;
      const link = makeTableSpte(masks, BigInt(pa), adDisabled);
      this.#tableOf(level + 1, gfn).set(entryIndex(gfn, level + 1), link);
    }
    return pa;
  }
}

/** A table by its level and the first guest frame it covers. */
function keyOf(level: number, gfn: number): string {
  return `${level}:${level < 5 ? roundGfn(gfn, level + 1) : 0}`;
}
