import type { Facts } from '../paging/decoded-entry';
import type { CompiledFormat } from '../paging/format';
import { checkAccess } from './access';
import type { Access, AccessAnswer, EntryUpdate } from './access-answer';
import { accessFacts, unknown, updateFacts } from './access-answer';
import type { NestedWalk } from './nested';
import type { WalkResult } from './walk-result';

/** An answer, and which dimension gave it. */
export interface NestedAccessAnswer extends AccessAnswer {
  /** 1: the guest's own tables, 2: the tables under them; `null`: nobody refused. */
  readonly dimension: 1 | 2 | null;
  /** Flags set in the tables under the guest; `sets` has those in the guest's own. */
  readonly secondSets: readonly EntryUpdate[];
}

function answered(
  answer: AccessAnswer,
  dimension: 1 | 2 | null,
  secondSets: readonly EntryUpdate[] = [],
): NestedAccessAnswer {
  return { ...answer, dimension, secondSets };
}

/**
 * The access as the second dimension sees it at the end: with EPT's mode-based execute control a
 * fetch is the user's when the guest's tables make the address a user's, whoever fetches.
 */
function finalAccess(access: Access, first: WalkResult, second: CompiledFormat): Access {
  const user = first.permissions?.user;
  return second.format.name === 'ept' && typeof user === 'boolean' ? { ...access, user } : access;
}

/** Each update once: several walks of the second dimension go through the same tables. */
function merged(updates: readonly EntryUpdate[]): EntryUpdate[] {
  const byAddress = new Map<bigint, EntryUpdate>();
  for (const update of updates) {
    const known = byAddress.get(update.entryAddress);
    const after = update.after | (known?.after ?? 0n);
    byAddress.set(update.entryAddress, { ...update, after });
  }
  return [...byAddress.values()];
}

/**
 * Would an access of a guest fault, and where? In the CPU's order: every entry of the guest's
 * tables is read through the second dimension, then the guest's own tables decide, then flags are
 * written back to them (which needs write access underneath), then the page itself is reached.
 * @param access what the guest's instruction does.
 */
export function checkNestedAccess(
  walk: NestedWalk,
  first: CompiledFormat,
  second: CompiledFormat,
  access: Access,
): NestedAccessAnswer {
  const secondSets: EntryUpdate[] = [];
  const underneath = (through: WalkResult, own: Access): NestedAccessAnswer | undefined => {
    const answer = checkAccess(through, second, own);
    if (answer.allowed !== true) return answered(answer, answer.allowed === null ? null : 2);
    secondSets.push(...answer.sets);
    return undefined;
  };
  for (const table of walk.tables) {
    const refusal = underneath(table, { ...access, guestTable: true, type: 'read' });
    if (refusal) return refusal;
  }
  const guest = checkAccess(walk.first, first, access);
  if (guest.allowed !== true) return answered(guest, guest.allowed === null ? null : 1);
  for (const update of guest.sets) {
    const step = walk.first.steps.findIndex((own) => own.entryAddress === update.entryAddress);
    const table = walk.tables[step];
    const refusal = table && underneath(table, { ...access, guestTable: true, type: 'write' });
    if (refusal) return refusal;
  }
  if (!walk.output) return answered(unknown('the guest maps no page here'), null);
  const refusal = underneath(walk.output, finalAccess(access, walk.first, second));
  return refusal ?? answered(guest, null, merged(secondSets));
}

/** The answer in the form of the command line's contract, with the dimension that refused. */
export function nestedAccessFacts(answer: NestedAccessAnswer): Facts {
  return {
    ...accessFacts(answer),
    dimension: answer.dimension,
    second_sets: updateFacts(answer.secondSets),
  };
}
