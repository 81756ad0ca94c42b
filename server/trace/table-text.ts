import {
  formatWord,
  type StateEntry,
  type TableNode,
  type TraceTree,
  type ValueGround,
} from '../../src-core/index';
import { entryRange } from '../entry-range';
import type { FileView } from '../file-view';
import { levelInShort } from '../render/entry-hint';
import { grouped } from '../render/quantities';
import { countsText, coveredText, tableName } from '../render/table';
import type { TableChoice } from '../table-choice';
import { silentChanges, splitAssumption, tablesAsOf, type TraceMoment } from './tables-as-of';

/** Lines of a text at most: more than that nobody reads, and editors stop to help with it. */
const mostLines = 200_000;
/**
 * Empty entries that stand side by side, from an index on that is a multiple of so many: few lines
 * between those that say something, and few that a new entry changes.
 */
const emptiesInLine = 64;

/** How the value of an entry is known, behind it in its line. */
const grounds: Readonly<Record<ValueGround, (line: string) => string>> = {
  line: (line) => line,
  'fresh-table': (line) => `its table was made at ${line}`,
  split: (line) => `by the split at ${line}`,
  'later-line': () => 'as a later line tells',
};

/**
 * The tables at a moment as a dump in QEMU's form, which reads like any other dump: for each table
 * its entries in address order, each with its level, its GFN and the line that set it. Empty
 * entries stand many in a line; what no line tells is left out.
 */
export function* tableText(view: FileView, moment: TraceMoment): Generator<void, string> {
  const { trees } = moment;
  const name = decodeURIComponent(view.uri.split('/').at(-1) ?? '');
  const lines = [
    ...view.index.directives().map((directive) => unmoved(view.index.lineText(directive.line))),
    ...directiveOf(view, moment),
    // No number of the line: two texts that are compared differ in nothing but their entries.
    `# KVM's tables as the lines of ${name} tell them, up to one of them.`,
    '# What no line up to there tells is left out: it is unknown, not empty.',
  ];
  for (const tree of trees) {
    for (const text of linesOfTree(view, moment, tree)) {
      lines.push(text);
      if (lines.length % 64 === 0) yield;
      if (lines.length < mostLines) continue;
      lines.push(`# The rest is left out: ${grouped(mostLines)} lines are the most.`);
      return `${lines.join('\n')}\n`;
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A comment line as it holds for a text whose addresses are physical as they are printed. */
function unmoved(line: string): string {
  return line.trim().replace(/\s+(?:base|virtual)=\S+/gi, '');
}

/** A comment line that has the text read as the tables are: of the first root that can be walked. */
function directiveOf(view: FileView, moment: TraceMoment): string[] {
  for (const tree of moment.trees) {
    const asOf = tablesAsOf(view, moment, tree);
    if ('problem' in asOf) continue;
    const { format, hints, root, levels } = asOf.tables;
    const { kernel, layout } = hints;
    const version =
      layout === undefined
        ? kernel === undefined
          ? ''
          : ` kernel=${kernel}`
        : ` layout=${layout}`;
    return [`# pagewalk: format=${format.name}${version} root=${formatWord(root)} level=${levels}`];
  }
  const format = view.hints.format?.name ?? view.trace.format;
  return format === undefined ? [] : [`# pagewalk: format=${format}`];
}

function* linesOfTree(view: FileView, moment: TraceMoment, tree: TraceTree): Generator<string> {
  yield '';
  const entries = moment.state.entries(tree);
  if (tree.namedBy === 'address') {
    yield '# Entries that lines name by their address alone: the tables above them are unknown.';
    yield `# ${silentChanges.charAt(0).toUpperCase()}${silentChanges.slice(1)}.`;
    for (const entry of entries) yield entryLine(entry.address ?? 0n, entry.value, noteOf(entry));
    return;
  }
  const asOf = tablesAsOf(view, moment, tree);
  if ('problem' in asOf) {
    yield `# ${asOf.problem}`;
    return;
  }
  yield rootLine(tree, asOf.tables, asOf.rootUnknown);
  if (entries.some(({ ground, level }) => ground === 'split' && level === 1)) {
    yield `# Of 4 KiB entries by a split: ${splitAssumption}`;
  }
  const notes = new Map(entries.map((entry) => [keyOf(entry.level, entry.gfn), noteOf(entry)]));
  for (const table of asOf.tables.tree.byAddress.values()) {
    yield '';
    yield `# ${tableName(asOf.tables, table)}: ${coveredText(asOf.tables, table)}: ${countsText(table.counts)}`;
    yield* linesOfTable(asOf.tables, table, notes);
  }
}

function rootLine(tree: TraceTree, { root }: TableChoice, rootUnknown: boolean): string {
  const space = tree.asId === 1 ? 'address space 1 (system management mode)' : 'address space 0';
  const place = rootUnknown
    ? `no line tells where, ${formatWord(root)} stands for it`
    : formatWord(root);
  const made =
    tree.createdLine === null
      ? 'older than the trace'
      : `made at line ${grouped(tree.createdLine + 1)}`;
  return `# Root of ${space}: ${place}, ${made}.`;
}

function* linesOfTable(
  tables: TableChoice,
  table: TableNode,
  notes: ReadonlyMap<string, string>,
): Generator<string> {
  const { memory, compiled } = tables;
  const { entryBytes } = compiled;
  const entries = 2 ** compiled.rules[table.level - 1]!.indexBits;
  const start = BigInt(table.address);
  let empties: bigint[] = [];
  let emptiesAt = 0n;
  for (let index = 0; index <= entries; index++) {
    const address = start + BigInt(index * entryBytes);
    const value = index < entries ? memory.readWord(address, entryBytes) : undefined;
    const gfn = entryRange(tables, { table, index }).first >> 12n;
    const note = index < entries ? notes.get(keyOf(table.level, gfn)) : undefined;
    const quiet = value !== undefined && note === undefined;
    if (empties.length > 0 && (!quiet || index % emptiesInLine === 0)) {
      yield wordLine(emptiesAt, empties);
      empties = [];
    }
    if (value === undefined) continue;
    if (quiet) {
      if (empties.length === 0) emptiesAt = address;
      empties.push(value);
    } else yield entryLine(address, value, note ?? '');
  }
}

function keyOf(level: number, gfn: bigint): string {
  return `${level} ${gfn.toString(16)}`;
}

function noteOf({ level, gfn, line, ground }: StateEntry): string {
  const told = grounds[ground](line === null ? 'a line before' : `line ${grouped(line + 1)}`);
  return `${levelInShort('npt', level)} gfn ${formatWord(gfn)}, ${told}`;
}

function entryLine(address: bigint, value: bigint, note: string): string {
  return `${wordLine(address, [value])}  # ${note}`;
}

/** As QEMU's monitor prints it: `xp /gx`. */
function wordLine(address: bigint, values: readonly bigint[]): string {
  return `${padded(address)}: ${values.map((value) => `0x${padded(value)}`).join(' ')}`;
}

function padded(word: bigint): string {
  return word.toString(16).padStart(16, '0');
}
