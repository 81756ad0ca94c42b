import { parseCpuConfig } from '../paging/cpu';
import { type JsonPlace, type JsonProblem, jsonTop } from './json-place';
import { readListedTables, readTableAddress } from './listed-tables-json';
import { machineKind, type MachineKind, type MachineSetup, tdpFormats } from './machine-setup';
import { readSlots } from './scenario-slots';
import { readSteps, type ScenarioStep } from './scenario-steps';

/** A `*.pagewalk.json` scenario: a machine, and what happens to it. */
export interface Scenario {
  readonly title: string;
  readonly about: string;
  readonly setup: MachineSetup;
  readonly steps: readonly ScenarioStep[];
  /** Everything but the steps, as the file has it: written again when a session is kept. */
  readonly json: Readonly<Record<string, unknown>>;
  /** So many moves were made when the session was kept. */
  readonly at: number;
}

const topNames = ['$schema', 'title', 'about', 'machine', 'slots', 'tables', 'roots', 'run', 'at'];
const machineNames = [
  'kernel',
  'format',
  'levels',
  'cpu',
  'firstTable',
  'tableAddresses',
  'mostTables',
  'nxHugePages',
  'eagerSplit',
  'dirtyBy',
  'generation',
];
const firstTable = 0x10_0000;
/** 4 GiB of tables: enough for any VM, and an end for one that runs away. */
const mostTables = 0x10_0000;

/** A scenario from parsed JSON. With any problem nothing of it is run. */
export function readScenario(json: unknown): Scenario | { problems: JsonProblem[] } {
  const top = jsonTop(json);
  top.knowsOnly(topNames);
  const setup = readSetup(top);
  const kind = setup && checkedKind(setup, top.member('machine').member('kernel'));
  if (!setup || !kind) return { problems: top.problems };
  const steps = readSteps(top.member('run'), setup, kind);
  const scenario: Scenario = {
    title: optionalText(top.member('title')),
    about: optionalText(top.member('about')),
    setup,
    steps,
    json: { ...(json as Record<string, unknown>) },
    at: top.member('at').count(0, Number.MAX_SAFE_INTEGER, 0) ?? 0,
  };
  return top.problems.length > 0 ? { problems: top.problems } : scenario;
}

function optionalText(place: JsonPlace): string {
  return place.present ? (place.text() ?? '') : '';
}

function checkedKind(setup: MachineSetup, kernel: JsonPlace): MachineKind | undefined {
  const kind = machineKind(setup);
  if (!('problem' in kind)) return kind;
  kernel.fail(kind.problem);
  return undefined;
}

function readSetup(top: JsonPlace): MachineSetup | undefined {
  const machine = top.member('machine');
  machine.knowsOnly(machineNames);
  const tables = readListedTables(top.member('tables'));
  const roots = top.member('roots').items().map(readRoot);
  const setup: MachineSetup = {
    kernel: machine.member('kernel').text() ?? '',
    format: machine.member('format').choice(tdpFormats, 'ept') ?? 'ept',
    levels: machine.member('levels').count(4, 5, 4) === 5 ? 5 : 4,
    cpu: readCpu(machine.member('cpu')),
    allocator: {
      addresses: machine.member('tableAddresses').items().flatMap(readAddress),
      first: readAddress(machine.member('firstTable'), firstTable)[0] ?? firstTable,
      limit: machine.member('mostTables').count(1, mostTables, mostTables) ?? mostTables,
    },
    nxHugePages: machine.member('nxHugePages').flag(false) ?? false,
    eagerSplit: machine.member('eagerSplit').flag(true) ?? true,
    dirtyBy:
      machine.member('dirtyBy').choice(['dirty-bit', 'write-protection'], 'dirty-bit') ??
      'dirty-bit',
    generation: readGeneration(machine.member('generation')),
    slots: readSlots(top.member('slots')),
    tables,
    roots,
  };
  checkRoots(top, setup);
  return top.problems.length > 0 ? undefined : setup;
}

function readCpu(place: JsonPlace): MachineSetup['cpu'] {
  if (!place.present) return {};
  const given = Object.fromEntries(place.names().map((name) => [name, place.member(name).value]));
  const { config, problems } = parseCpuConfig(given);
  for (const problem of problems) place.fail(problem);
  return config;
}

function readAddress(place: JsonPlace, fallback?: number): number[] {
  if (!place.present && typeof fallback === 'number') return [fallback];
  const pa = readTableAddress(place);
  return pa === undefined ? [] : [pa];
}

function readGeneration(place: JsonPlace): bigint {
  return place.present ? (place.word() ?? 0n) : 0n;
}

function readRoot(place: JsonPlace): { pa: number; asId: number } {
  return {
    pa: readTableAddress(place.member('pa')) ?? 0,
    asId: place.member('asId').count(0, 1, 0) ?? 0,
  };
}

function checkRoots(top: JsonPlace, { roots, tables }: MachineSetup): void {
  const held = new Set(tables.map(({ pa }) => pa));
  roots.forEach(({ pa }, number) => {
    if (!held.has(pa)) {
      top.member('roots').items()[number]!.member('pa').fail('this table is not among the tables');
    }
  });
  if (tables.length > 0 && roots.length === 0) {
    top.member('roots').fail('tables are stated, but no root');
  }
}
