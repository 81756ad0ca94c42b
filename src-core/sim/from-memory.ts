import { cpuConfigJson, type CpuConfig } from '../paging/cpu';
import type { WordSource } from '../memory/word-source';
import { formatWord } from '../word';
import { findTables, type FoundRoot, type FoundTables } from './found-tables';
import { guessSlots } from './guess-slots';
import { type LooseEntry, placeEntries } from './loose-entries';
import { stage2FromMemory } from './stage2/stage2-from-memory';
import { type MachineKind, machineKind, type TdpFormatName, tdpFormats } from './machine-setup';

/** A root, or what is known of the entries below one that nobody placed. */
export interface RootToSimulate extends FoundRoot {
  /** Entries by level and guest frame; the root's address is a stand-in then. */
  readonly loose?: readonly LooseEntry[];
}

/** KVM's tables in somebody's memory, and how they are to be read. */
export interface MemoryToSimulate {
  readonly memory: WordSource;
  /** Name of the entry format; only those of the TDP MMU and of stage 2 can be simulated. */
  readonly format: string;
  readonly levels: number;
  /** A version. */
  readonly kernel: string;
  readonly cpu: CpuConfig;
  /** arm64: the same with what the tables themselves tell, and the width of an input address. */
  readonly shape?: { readonly cpu: CpuConfig; readonly addressBits: number };
  readonly roots: readonly RootToSimulate[];
  /** Where they are from, in a few words. */
  readonly source: string;
  /** Sentences about what was assumed to read them. */
  readonly assumed: readonly string[];
}

/** More tables than a text in an editor should hold: half a million entries. */
const mostTables = 1024;
/** New tables do not lie at address 0, whatever was found. */
const lowestTable = 0x10_0000;

/**
 * A scenario that begins with the tables of a dump or a trace. Its slots are guessed from what the
 * tables map; what nobody showed stays unknown, and the machine stops where it would matter.
 * @returns a scenario's JSON, or a sentence that says why there is none
 */
export function scenarioFromMemory(
  given: MemoryToSimulate,
): { json: Record<string, unknown> } | { problem: string } {
  const { shape, roots: stated } = given;
  if (given.format === 'arm64-s2' && shape && stated[0]) {
    const { addressBits: ipaBits, cpu } = shape;
    return stage2FromMemory({ ...given, cpu, ipaBits, root: stated[0].pa });
  }
  const format = tdpFormats.find((name) => name === given.format);
  if (!format || (given.levels !== 4 && given.levels !== 5)) {
    return {
      problem: `Only tables of KVM’s TDP MMU and of arm64’s stage 2 can be simulated: ${tdpFormats.join(', ')}, arm64-s2.`,
    };
  }
  const kind = machineKind({ kernel: given.kernel, format, cpu: given.cpu });
  if ('problem' in kind) return { problem: `${kind.problem}.` };
  const placed = placeRoots(given, kind);
  const found = findTables(placed.memory, placed.roots, given.levels, kind.masks, mostTables);
  const known = new Set(found.tables.map(({ pa }) => pa));
  const roots = placed.roots.filter(({ pa }) => known.has(pa));
  if (roots.length === 0) {
    return { problem: 'Nothing of the root table is known: a walk could not even begin.' };
  }
  const { standIns } = placed;
  const assumed =
    standIns === 0
      ? given.assumed
      : [...given.assumed, `${standIns} tables that nobody placed have stand-ins for addresses.`];
  return { json: scenarioJson({ ...given, assumed }, format, roots, found) };
}

/** Roots that nobody placed get tables for what is known below them. */
function placeRoots(
  { memory, roots, levels }: MemoryToSimulate,
  kind: MachineKind,
): { memory: WordSource; roots: FoundRoot[]; standIns: number } {
  let together = memory;
  let standIns = 0;
  let free = 0;
  const found = roots.map(({ pa, asId, loose }) => {
    if (!loose) return { pa, asId };
    const placed = placeEntries(loose, levels, kind, together, free);
    together = placed.memory;
    standIns += placed.standIns;
    free = placed.end;
    return { pa: placed.root, asId };
  });
  return { memory: together, roots: found, standIns };
}

function scenarioJson(
  { levels, kernel, cpu, source, assumed }: MemoryToSimulate,
  format: TdpFormatName,
  roots: readonly FoundRoot[],
  found: FoundTables,
): Record<string, unknown> {
  const facts = cpuConfigJson(cpu);
  return {
    title: `From ${source}`,
    // A dash of its own would be marked as one that may be mistaken for another.
    about: [...assumed, ...limitsOf(found)].join(' ').replaceAll('–', '-'),
    machine: {
      kernel,
      format,
      levels,
      ...(Object.keys(facts).length > 0 && { cpu: facts }),
      firstTable: hex(Math.max(found.end, lowestTable)),
      ...(found.generation !== null && { generation: formatWord(found.generation) }),
    },
    slots: guessSlots(found),
    tables: found.tables.map(({ pa, entries }) => ({
      pa: hex(pa),
      entries: entries.map(([index, value]) => [index, formatWord(value)]),
    })),
    roots: roots.map(({ pa, asId }) => ({ pa: hex(pa), ...(asId !== 0 && { asId }) })),
    run: [],
  };
}

/** A scenario's JSON as text that people read: lists of plain values keep to their line. */
export function scenarioText(json: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(json, null, 2);
  return `${text.replaceAll(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items: string) => `[${items.replaceAll(/\n\s+/g, ' ')}]`)}\n`;
}

/** What is guessed, and what is not known. */
function limitsOf(found: FoundTables): string[] {
  const { missingTables, leftOut, unknownEntries, generation } = found;
  const said: [boolean, string][] = [
    [
      true,
      'The slots are a guess from what the tables map; host frames behind pages not mapped are stand-ins.',
    ],
    [generation !== null, 'The generation is the newest that an MMIO entry has.'],
    [
      missingTables > 0,
      `${missingTables} tables are not known: where a walk goes to one of them the machine stops.`,
    ],
    [leftOut > 0, `${leftOut} tables beyond ${mostTables} are left out, as if not known.`],
    [unknownEntries > 0, `${unknownEntries} entries that nobody showed are taken for empty.`],
  ];
  return said.filter(([holds]) => holds).map(([, sentence]) => sentence);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
