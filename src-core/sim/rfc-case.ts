import { formatWord } from '../word';
import { type JsonPlace, type JsonProblem, jsonTop } from './json-place';
import { physicalBits, readListedTables } from './listed-tables-json';
import { handleRfcChange, type RfcChange, type RfcEvent, type RfcOutcome } from './rfc-changed-pte';
import { type ListedTable, TableMemory } from './table-memory';

/** A recorded change under the RFC: the entry and the tables before it. Layout: `golden/rfc-changed-pte`. */
export interface RfcCase {
  readonly change: RfcChange;
  readonly pages: readonly ListedTable[];
}

/** The cases of a file; their answers' keys are not looked at. */
export function readRfcCases(json: unknown): RfcCase[] | { problems: JsonProblem[] } {
  const top = jsonTop(json);
  const cases = top.member('cases');
  if (!cases.present) cases.fail('a list of cases is expected');
  const read = cases.items().map(readCase);
  return top.problems.length > 0 ? { problems: top.problems } : read;
}

function readCase(place: JsonPlace): RfcCase {
  return {
    change: {
      gfn: place.member('gfn').address(physicalBits) ?? 0,
      level: place.member('level').count(0, 15) ?? 0,
      oldPte: place.member('old_pte').word() ?? 0n,
      newPte: place.member('new_pte').word() ?? 0n,
    },
    pages: readListedTables(place.member('pages')),
  };
}

/** Handles a case's change. */
export function runRfcCase({ change, pages }: RfcCase): RfcOutcome {
  return handleRfcChange(TableMemory.fromList(pages, 0n), change);
}

/** An outcome in the command line's contract. */
export function rfcOutcomeJson(outcome: RfcOutcome) {
  return {
    was_present: outcome.wasPresent,
    is_present: outcome.isPresent,
    was_leaf: outcome.wasLeaf,
    pfn_changed: outcome.pfnChanged,
    events: outcome.events.map(eventJson),
    freed_tables: outcome.freedTables.map(address),
    entries_written: outcome.entriesWritten,
    kernel_warns: outcome.kernelWarns,
    kernel_bug: outcome.kernelBug,
  };
}

function eventJson(event: RfcEvent): (string | number)[] {
  return event.kind === 'write'
    ? ['write', address(event.pa), event.index, formatWord(event.old)]
    : ['free', address(event.pa)];
}

function address(pa: number): string {
  return `0x${pa.toString(16)}`;
}
