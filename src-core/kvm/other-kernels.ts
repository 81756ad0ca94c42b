import type { DecodedEntry, Facts, FactValue } from '../paging/decoded-entry';
import { summarizeEntry } from './entry-summary';
import type { EraRow } from './era-row';
import { decodeSpte, type SpteQuestion } from './kvm-decode';
import { eras, eraSpan } from './layouts';

/** What the same value means to a run of neighbouring eras. */
export interface EraReading {
  readonly layouts: readonly string[];
  /** `v5.13 – v6.9`. */
  readonly span: string;
  /** One line: what it is there. */
  readonly summary: string;
  /** What is different from the reading that was asked for; empty: nothing. */
  readonly differences: readonly FactDifference[];
  /** What began with the first of these eras, and the commits that began it. */
  readonly begins: string;
  readonly commits: readonly string[];
  readonly source: string;
  /** The decode by the newest of these layouts. */
  readonly entry: DecodedEntry;
}

export interface FactDifference {
  readonly fact: string;
  /** In the reading that was asked for; `null`: no such fact. */
  readonly here: FactValue;
  readonly there: FactValue;
}

/** Facts by which two readings are told apart; a kernel without a notion agrees with its rest state. */
const tellingFacts: Readonly<Record<string, FactValue>> = {
  kind: null,
  pfn: null,
  table_pfn: null,
  page_size: null,
  perms: null,
  host_writable: null,
  mmu_writable: null,
  ad_type: 'enabled',
  access_tracked: false,
  saved_perms: null,
  accessed: null,
  dirty: null,
  memtype: null,
  mmio: null,
  hw_present: null,
  rsvd_bits: null,
};

const factNames = Object.keys(tellingFacts);

/** `removed` and `frozen` are two names for one thing. */
function plainValue(fact: string, value: FactValue): FactValue {
  return fact === 'kind' && value === 'frozen' ? 'removed' : value;
}

function tell(facts: Facts, fact: string): FactValue {
  const value = facts[fact];
  return value === undefined ? tellingFacts[fact]! : plainValue(fact, value);
}

function keyText(value: FactValue): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString(16) : part,
  );
}

/** Nearly every fact is no object: those need no text to be compared. */
function sameValue(one: FactValue, other: FactValue): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return one !== null && other !== null && keyText(one) === keyText(other);
}

function differences(here: Facts, there: Facts): FactDifference[] {
  return factNames
    .map((fact) => ({ fact, here: tell(here, fact), there: tell(there, fact) }))
    .filter(({ here: a, there: b }) => !sameValue(a, b));
}

function sameMeaning(one: Facts, other: Facts): boolean {
  return factNames.every((fact) => sameValue(tell(one, fact), tell(other, fact)));
}

/** The newest layout of a run reads the value for all of them. */
function readingOf(run: readonly { era: EraRow; entry: DecodedEntry }[], asked: Facts): EraReading {
  const first = run[0]!;
  const { entry } = run.at(-1)!;
  return {
    layouts: run.map(({ era }) => era.name),
    span: eraSpan(run.map(({ era }) => era)),
    summary: summarizeEntry(entry),
    differences: differences(asked, entry.facts),
    begins: first.era.begins,
    commits: first.era.commits,
    source: first.era.file,
    entry,
  };
}

/**
 * The same value read by every era of merged kernels, neighbours with equal meaning together,
 * oldest first.
 * @param question what was asked, with the era it was asked for.
 * @param among the eras to read with; left out: all.
 */
export function readAcrossKernels(
  question: SpteQuestion,
  among: readonly EraRow[] = eras,
): EraReading[] {
  const asked = decodeSpte(question).facts;
  const runs: { era: EraRow; entry: DecodedEntry }[][] = [];
  let lastFacts: Facts | undefined;
  let lastIndex = -2;
  for (const era of among) {
    const entry = decodeSpte({ ...question, era, kernel: null });
    const { facts } = entry;
    const index = eras.indexOf(era);
    const run = runs.at(-1);
    const goesOn = lastFacts !== undefined && sameMeaning(lastFacts, facts);
    if (run && goesOn && index === lastIndex + 1) run.push({ era, entry });
    else runs.push([{ era, entry }]);
    lastFacts = facts;
    lastIndex = index;
  }
  return runs.map((run) => readingOf(run, asked));
}
