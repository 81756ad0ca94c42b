import {
  type EntryFormat,
  findEntryFormat,
  formatWord,
  type StateEntry,
  type TableState,
  type TextIndex,
  TraceReplay,
  type TraceTree,
} from '../../src-core/index';
import { counted } from '../render/quantities';
import { silentChanges } from '../trace/tables-as-of';
import { readTrace } from '../trace-kernel';
import {
  type CliIo,
  type Command,
  type ExitStatus,
  inputProblem,
  parseCommandLine,
  usageProblem,
} from './command';
import type { Json } from './entry-json';
import { type EntryContext, entryContext, entryOptions, entryOptionsHelp } from './entry-options';
import { mapOutputOptions, mapWriter } from './map';
import { readSources } from './sources';
import { walkSetup } from './walk-setup';

const replayOptions = {
  ...entryOptions,
  ...mapOutputOptions,
  'at-line': { type: 'string' },
  'as-id': { type: 'string' },
  entries: { type: 'boolean' },
} as const;

/** `pagewalk replay`: KVM's tables as a trace tells them. */
export const replayCommand: Command = {
  name: 'replay',
  usage: 'TRACE [options]',
  summary: "KVM's tables as a trace tells them, at any of its lines",
  help: `
TRACE           a trace of KVM's MMU events (ftrace, trace-cmd, perf script); - is standard input
--at-line N     the tables just after line N, counted from 1; without it, after the last
--as-id N       KVM's address space: 0, or 1 for system management mode; 0 without it
--entries       every entry instead of the ranges they map
--filter, --merge, --unmerged, --ignore-reserved, --format-out: as for map
${entryOptionsHelp}

What the trace never showed is unknown, not empty: ranges of kind "missing". Format and kernel that
are not given are taken from the trace's own entries. Entries that a split made ("split") have the
right to execute that their huge page had: KVM may have given it to them, and no line tells.`,
  run: runReplay,
};

async function runReplay(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  const { values, positionals } = parseCommandLine(args, replayOptions);
  if (positionals.length !== 1) throw usageProblem('one TRACE is expected');
  const wanted = lineNumber(values['at-line']);
  const asId = Number(numberText('as-id', values['as-id']) ?? '0');
  const write = mapWriter(values);
  const { texts, directive } = await readSources(positionals, io, 'hpa');
  const [index] = texts;
  if (!index) throw inputProblem(`${positionals[0]!} is no text: a trace is expected`);
  io.progress(`replaying ${counted(index.lineCount, 'line')}`);
  const replay = TraceReplay.of(index);
  if (replay.changeCount === 0) {
    throw inputProblem(
      `${positionals[0]!} tells no change of an entry: record kvmmmu:* (kvm_tdp_mmu_spte_changed, kvm_mmu_set_spte)`,
    );
  }
  for (const note of limits(replay)) io.complain(`pagewalk replay: ${note}`);
  if (replay.trees.some(({ namedBy }) => namedBy === 'address')) {
    io.complain(`pagewalk replay: of entries named by their address, ${silentChanges}`);
  }
  const line = (wanted ?? index.lineCount) - 1;
  const state = replay.stateAt(line);
  if (values.entries === true) {
    await io.write(entryLines(state, treesOf(replay, line), values.json === true));
    return 0;
  }
  const tree = treesOf(replay, line).find((one) => one.asId === asId || one.asId === null);
  if (!tree) throw inputProblem(`no root of address space ${asId} is known at line ${line + 1}`);
  if (tree.namedBy === 'address') {
    throw inputProblem(
      'these events name entries by their address alone, the upper tables are unknown: --entries lists them',
    );
  }
  const { memory, root, rootUnknown, levels } = state.memory(tree);
  if (rootUnknown) {
    io.complain(
      `pagewalk replay: no line tells where the root is; ${formatWord(root)} stands for it`,
    );
  }
  const setup = walkSetup(
    { memory, texts, directive, notes: [] },
    { root: formatWord(root), levels: String(levels) },
    contextOf(index, entryContext(values)),
  );
  return write(setup, io);
}

function numberText(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^[0-9]{1,9}$/.test(text)) {
    throw usageProblem(`--${name} ${text}: a number is expected`);
  }
  return text;
}

function lineNumber(text: string | undefined): number | undefined {
  const line = numberText('at-line', text);
  if (line === undefined) return undefined;
  if (Number(line) < 1) throw usageProblem('--at-line counts from 1');
  return Number(line);
}

/** The newest root of each address space, and what is named by address alone. */
function treesOf(replay: TraceReplay, line: number): TraceTree[] {
  const trees = replay.treesAt(line);
  return trees.filter((tree, place) => trees.findIndex(({ asId }) => asId === tree.asId) === place);
}

/** Format and kernel: given, from the comment line, or from the trace's own entries. */
function contextOf(index: TextIndex, given: EntryContext): EntryContext {
  const directive = index.directive();
  const format: EntryFormat | undefined = given.format ?? directive.format;
  const reading = readTrace(index, format?.name, given.cpu);
  const detected = reading.format === undefined ? undefined : findEntryFormat(reading.format);
  const kernelGiven = [given.kernel, given.layout, directive.kernel, directive.layout];
  const layout = kernelGiven.every((one) => one === undefined) ? reading.era?.layout : undefined;
  const chosen = format ?? detected;
  return {
    ...given,
    ...(chosen && { format: chosen }),
    ...(layout !== undefined && { layout }),
  };
}

/** What could not be followed, a line each. */
function limits({ limits: { lost, gaps, unread, unplaced } }: TraceReplay): string[] {
  const at = (lines: readonly number[]): string => `first line ${lines[0]! + 1}`;
  const said: [readonly number[], string][] = [
    [lost, 'times events were lost: what they told is unknown'],
    [gaps, 'lines change a value that no line before had set'],
    [unread, 'lines about entries are cut off or in an unknown form'],
    [unplaced, 'changes by the lockless fast path are of an entry that no line tells'],
  ];
  return said
    .filter(([lines]) => lines.length > 0)
    .map(([lines, what]) => `${lines.length} ${what}; ${at(lines)}`);
}

function entryLines(state: TableState, trees: readonly TraceTree[], json: boolean): string {
  const entries = trees.flatMap((tree) => state.entries(tree));
  const write = json ? (entry: StateEntry) => `${JSON.stringify(entryJson(entry))}\n` : entryText;
  return entries.map(write).join('');
}

function entryJson({ tree, level, gfn, address, value, line, ground }: StateEntry): Json {
  return {
    level,
    gfn: formatWord(gfn),
    value: formatWord(value),
    line: line === null ? null : line + 1,
    as_id: tree.asId,
    address: address === null ? null : formatWord(address),
    known_by: ground,
  };
}

function entryText({ tree, level, gfn, address, value, line, ground }: StateEntry): string {
  const where = address === null ? '' : `  at ${formatWord(address)}`;
  const space = tree.asId === null || tree.asId === 0 ? '' : `  as ${tree.asId}`;
  const told = line === null ? ground : `${ground === 'line' ? '' : `${ground}, `}line ${line + 1}`;
  return `L${level}  gfn ${formatWord(gfn).padEnd(12)} ${formatWord(value).padEnd(18)}${where}${space}  ${told}\n`;
}
