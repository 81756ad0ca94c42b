import type { DecodedEntry, Facts, FactValue } from '../paging/decoded-entry';
import { regimeOf } from '../paging/arm64-regimes';
import { formatWord } from '../word';
import { decodeArm64 } from './arm64-decode';
import { kvmStage2Rows } from './arm64-kvm-rows';
import { linuxStage1Rows } from './arm64-linux-rows';
import type { SoftwareSpan } from './arm64-reading';
import { softwareSpan } from './arm64-software-bits';
import type { DecodeProblem, DecodeRequest } from './decode-request';
import type { EraReading, FactDifference } from './other-kernels';

interface Row extends SoftwareSpan {
  readonly begins: string;
  readonly source: string;
}

interface Reading {
  readonly row: Row;
  readonly entry: DecodedEntry;
}

/** Facts by which two kernels' readings of one value may differ. */
const tellingFacts = ['mem', 'pkvm_state', 'kvm', 'linux'] as const;

function isFacts(value: FactValue | undefined): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Telling facts by name, those inside a record as `linux.kind`; what a kernel does not know left out. */
function tell(facts: Facts): Map<string, FactValue> {
  const told = new Map<string, FactValue>();
  for (const name of tellingFacts) {
    const value = facts[name];
    if (isFacts(value)) {
      for (const [inner, part] of Object.entries(value)) told.set(`${name}.${inner}`, part);
    } else if (value !== undefined) {
      told.set(name, value);
    }
  }
  for (const [name, value] of told) if (isAtRest(value)) told.delete(name);
  return told;
}

/** A bit that a kernel does not know agrees with one that is clear. */
function isAtRest(value: FactValue): boolean {
  return value === null || value === false || value === 0 || value === 'OWNED';
}

function text(value: FactValue | undefined): string {
  if (typeof value === 'bigint') return formatWord(value);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'no';
}

function differences(here: Facts, there: Facts): FactDifference[] {
  const a = tell(here);
  const b = tell(there);
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((fact) => a.get(fact) !== b.get(fact))
    .map((fact) => ({ fact, here: a.get(fact) ?? null, there: b.get(fact) ?? null }));
}

function summary({ kind, facts }: DecodedEntry): string {
  const told = [...tell(facts)].map(([name, value]) => {
    const short = name.replace(/^.*\./, '').replace(/_/g, ' ');
    return value === true ? short : `${short} ${text(value)}`;
  });
  return [kind, ...told].join(', ');
}

function readingOf(run: readonly Reading[], asked: Facts): EraReading {
  const { row, entry } = run[0]!;
  return {
    layouts: run.map((reading) => reading.row.name),
    span: softwareSpan(run.map((reading) => reading.row)),
    summary: summary(entry),
    differences: differences(asked, entry.facts),
    begins: row.begins,
    commits: /^".*"$/.test(row.begins) ? [row.begins.slice(1, -1)] : [],
    source: run.at(-1)!.row.source,
    entry: run.at(-1)!.entry,
  };
}

/** The rows that tell this entry's software bits apart. */
function rowsFor({ format, cpu }: DecodeRequest): readonly Row[] {
  const ofLinux = format === 'arm64-s1' && regimeOf(cpu?.regime).software === 'linux';
  return ofLinux ? linuxStage1Rows : kvmStage2Rows;
}

/**
 * The same value as every span of kernels reads it, oldest first, neighbours with equal meaning
 * together.
 */
export function readArm64AcrossKernels(request: DecodeRequest): EraReading[] | DecodeProblem {
  const asked = decodeArm64(request);
  if ('problem' in asked) return asked;
  const runs: Reading[][] = [];
  for (const row of rowsFor(request)) {
    const entry = decodeArm64({ ...request, layout: row.name });
    if ('problem' in entry) return entry;
    const run = runs.at(-1);
    const same = run && differences(run[0]!.entry.facts, entry.facts).length === 0;
    if (same) run.push({ row, entry });
    else runs.push([{ row, entry }]);
  }
  return runs.map((run) => readingOf(run, asked.facts));
}
