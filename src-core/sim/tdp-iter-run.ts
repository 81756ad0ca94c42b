import { highHalf, joinHalves, lowHalf } from '../word';
import { TableMemory } from './table-memory';
import { TdpIter } from './tdp-iter';
import type { TdpIterCase, TdpIterMutation } from './tdp-iter-case';

/** The iterator at one execution of the loop's body. */
export interface TdpIterStep {
  readonly level: number;
  readonly gfn: number;
  readonly table: number;
  readonly index: number;
  readonly spte: bigint;
}

/** What became of a mutation. */
export interface MutationOutcome {
  /** `null`: no yield was asked for, or the walk ended before. */
  readonly yielded: boolean | null;
  /** Where a yield that restarts on the spot left the iterator. */
  readonly stateAfterRestart: TdpIterStep | null;
}

export interface TdpIterRun {
  readonly stepsCount: number;
  readonly validAtEnd: boolean;
  readonly mutations: readonly MutationOutcome[];
  readonly kernelWarnings: number;
  /** A child table the memory does not hold ended the walk. */
  readonly missing: number | null;
  /** The walk was given up at the limit. */
  readonly cut: boolean;
}

/**
 * Walks a case: `for_each_tdp_pte_min_level` with the mutations made in the loop's body.
 * @param onStep called for every step, in order
 * @param limit steps after which the walk is given up: tables that point at each other have no end
 */
export function runTdpIterCase(
  given: TdpIterCase,
  onStep: (step: TdpIterStep) => void,
  limit = 100_000_000,
): TdpIterRun {
  const memory = TableMemory.fromList(given.pages, given.absent);
  let kernelWarnings = 0;
  const iter = new TdpIter(given.form, given.rule, memory, () => {
    kernelWarnings++;
  });
  const outcomes: MutationOutcome[] = given.mutations.map(() => ({
    yielded: null,
    stateAfterRestart: null,
  }));
  const pending = byStep(given.mutations);
  let stepsCount = 0;

  iter.start({
    root: memory.table(given.rootPa)!,
    rootLevel: given.rootLevel,
    minLevel: given.minLevel,
    gfn: given.startGfn,
    gfnBits: given.gfnBits,
  });
  while (iter.valid && iter.gfn < given.endGfn && stepsCount < limit) {
    stepsCount++;
    onStep(currentStep(iter));
    for (const number of pending.get(stepsCount) ?? []) {
      outcomes[number] = mutate(iter, memory, given.mutations[number]!);
    }
    iter.next();
  }
  return {
    stepsCount,
    validAtEnd: iter.valid,
    mutations: outcomes,
    kernelWarnings,
    missing: iter.missing,
    cut: stepsCount === limit,
  };
}

function mutate(iter: TdpIter, memory: TableMemory, mutation: TdpIterMutation): MutationOutcome {
  const { write, restart } = mutation;
  if (write) {
    memory.table(write.pa)!.store(write.index, lowHalf(write.value), highHalf(write.value));
  }
  if (!restart) return { yielded: null, stateAfterRestart: null };
  const yielded = iter.mayYield();
  if (yielded) iter.resumeAfterYield();
  const onTheSpot = yielded && !iter.yielded;
  return { yielded, stateAfterRestart: onTheSpot ? currentStep(iter) : null };
}

function byStep(mutations: readonly TdpIterMutation[]): Map<number, number[]> {
  const steps = new Map<number, number[]>();
  mutations.forEach(({ afterStep }, number) => {
    steps.set(afterStep, [...(steps.get(afterStep) ?? []), number]);
  });
  return steps;
}

function currentStep(iter: TdpIter): TdpIterStep {
  const { level, gfn, table, index } = iter;
  return { level, gfn, table: table.pa, index, spte: joinHalves(iter.oldLo, iter.oldHi) };
}
