import { findLayout } from '../kvm/layouts';
import { frameNumber, isLast, isMmio, isShadowPresent } from '../kvm/spte';
import { spteMasks } from '../kvm/spte-masks';
import { highHalf, lowHalf } from '../word';
import type { TableMemory } from './table-memory';
import { entriesPerTable, pagesAtLevel, type TablePage } from './table-page';

/**
 * The RFC's bookkeeping of a changed entry: `handle_changed_pte()` and `handle_disconnected_pt()`.
 * Source: RFC September 2019, patch 07/28 "kvm: mmu: Add functions for handling changed PTEs", on the
 * predicates of Linux v5.4.
 */
const layout = findLayout('v5.4.0-v5.5.2')!;
const masks = spteMasks(layout, 'ept', {});

/** `DISCONNECTED_PTE`: an entry of a table that can no longer be reached. */
const disconnectedPte = 1n << 57n;
const disconnectedLo = lowHalf(disconnectedPte);
const disconnectedHi = highHalf(disconnectedPte);

/** A change of one entry. */
export interface RfcChange {
  readonly gfn: number;
  readonly level: number;
  readonly oldPte: bigint;
  readonly newPte: bigint;
}

export type RfcEvent =
  | { readonly kind: 'write'; readonly pa: number; readonly index: number; readonly old: bigint }
  | { readonly kind: 'free'; readonly pa: number };

export interface RfcOutcome {
  readonly wasPresent: boolean;
  readonly isPresent: boolean;
  readonly wasLeaf: boolean;
  readonly pfnChanged: boolean;
  /** In order; writes over zero entries are only counted. */
  readonly events: readonly RfcEvent[];
  readonly freedTables: readonly number[];
  readonly entriesWritten: number;
  readonly kernelWarns: number;
  /** The BUG that stopped the kernel, in words. */
  readonly kernelBug: string | null;
  /** A table the memory does not hold. */
  readonly missing: number | null;
}

/** `is_present_direct_pte()`. */
function isPresentDirect(pte: bigint): boolean {
  return isShadowPresent(masks, pte) && pte !== disconnectedPte;
}

/** BUG_ON of `handle_changed_pte()`, in the order the code asks. */
const bugs: readonly {
  readonly when: (change: RfcChange) => boolean;
  readonly words: string;
}[] = [
  { when: ({ level }) => level >= pagesAtLevel.length, words: 'level above 5' },
  { when: ({ level }) => level < 1, words: 'level below 1' },
  {
    when: ({ gfn, level }) => gfn % pagesAtLevel[level]! !== 0,
    words: 'gfn not aligned for the level',
  },
];

/** Handles one change and all that follows from it. Tables in `memory` are changed and freed. */
export function handleRfcChange(memory: TableMemory, change: RfcChange): RfcOutcome {
  const work = new RfcWork(memory);
  work.handle(change);
  const wasPresent = isPresentDirect(change.oldPte);
  return {
    wasPresent,
    isPresent: isPresentDirect(change.newPte),
    wasLeaf: wasPresent && isLast(change.oldPte, change.level),
    pfnChanged: pfnChanged(change),
    events: work.events,
    freedTables: work.freedTables,
    entriesWritten: work.entriesWritten,
    kernelWarns: work.warns,
    kernelBug: work.bug,
    missing: work.missing,
  };
}

function pfnChanged({ oldPte, newPte }: RfcChange): boolean {
  return frameNumber(masks, oldPte) !== frameNumber(masks, newPte);
}

class RfcWork {
  readonly events: RfcEvent[] = [];
  readonly freedTables: number[] = [];
  entriesWritten = 0;
  warns = 0;
  bug: string | null = null;
  missing: number | null = null;

  constructor(readonly memory: TableMemory) {}

  /** @returns whether the kernel went on: no BUG, no table missing */
  handle(change: RfcChange): boolean {
    const bug = bugs.find(({ when }) => when(change));
    if (bug) return this.#stop(bug.words);
    const { oldPte, newPte, level } = change;
    const wasPresent = isPresentDirect(oldPte);
    const isPresent = isPresentDirect(newPte);
    if (!wasPresent && !isPresent) {
      // Only the new entry may be MMIO: clearing one warns.
      if (newPte !== disconnectedPte && !isMmio(masks, newPte)) this.warns++;
      return true;
    }
    const lostTable = wasPresent && !isLast(oldPte, level) && (pfnChanged(change) || !isPresent);
    return !lostTable || this.#disconnect(change);
  }

  /** `handle_disconnected_pt()`: every entry is marked and handled in turn, then the table is freed. */
  #disconnect({ oldPte, gfn, level }: RfcChange): boolean {
    const pa = Number(frameNumber(masks, oldPte)) * 4096;
    const table = this.memory.table(pa);
    if (!table) {
      this.missing = pa;
      return false;
    }
    for (let index = 0; index < entriesPerTable; index++) {
      const old = this.#mark(table, index);
      if (old === disconnectedPte) return this.#stop('entry was already disconnected');
      const wentOn = this.handle({
        gfn: gfn + index * pagesAtLevel[level - 1]!,
        level: level - 1,
        oldPte: old,
        newPte: disconnectedPte,
      });
      if (!wentOn) return false;
    }
    this.events.push({ kind: 'free', pa });
    this.freedTables.push(pa);
    this.memory.remove(pa);
    return true;
  }

  #stop(bug: string): false {
    this.bug = bug;
    return false;
  }

  #mark(table: TablePage, index: number): bigint {
    const old = table.entry(index);
    table.store(index, disconnectedLo, disconnectedHi);
    this.entriesWritten++;
    if (old !== 0n) this.events.push({ kind: 'write', pa: table.pa, index, old });
    return old;
  }
}
