import {
  type AuditFinding,
  type AuditReport,
  auditSteps,
  type EntryFormat,
  formatWord,
  TableGraph,
} from '../../src-core/index';
import { findingText } from '../render/finding';
import { counted } from '../render/quantities';
import { type Command, parseCommandLine, usageProblem, wholeNumber } from './command';
import { type Json, levelShown } from './entry-json';
import { entryContext, entryOptionsHelp } from './entry-options';
import { addressBase } from './source-options';
import { readSources, type SourceMemory } from './sources';
import { tableOptions } from './table-options';
import { ownTables, walkSetup } from './walk-setup';

/** Steps of some milliseconds between two looks at the output. */
const stepsAtOnce = 256;

/** `pagewalk audit`: what is wrong in a tree of tables. */
export const auditCommand: Command = {
  name: 'audit',
  usage: 'SOURCE… [options]',
  summary: 'what is wrong in a tree of tables: reserved bits, broken rules, aliases, W+X …',
  help: `
SOURCE               as for walk
--root PA --levels N, --granule, --ttbr --tcr, --vttbr --vtcr, --base, --virtual: as for walk
--code CODE          only findings of that code; may be given more than once
--listed N           so many findings of each code at most; all are counted
${entryOptionsHelp}

Codes and what they mean: docs/findings.md. The last line has the sums.`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      ...tableOptions,
      code: { type: 'string', multiple: true },
      listed: { type: 'string' },
    });
    if (positionals.length === 0) throw usageProblem('no SOURCE is given');
    const listed = wholeNumber('listed', values.listed) ?? Infinity;
    const context = entryContext(values);
    const source = await readSources(positionals, io, 'gpa', addressBase(values));
    for (const note of source.notes) io.complain(`pagewalk audit: ${note}`);
    const { tables, first } = ownTables(walkSetup(source, values, context));
    const { format, hints, era } = tables;
    const layout = hints.layout ?? (hints.kernel === undefined ? era?.layout : undefined);
    const graph = new TableGraph(tables.memory, first.compiled, first.root);
    const steps = auditSteps(graph, {
      format: format.name,
      cpu: hints.cpu,
      listed,
      ...(layout !== undefined && { layout }),
      ...(hints.kernel !== undefined && { kernel: hints.kernel }),
    });
    const report = inSteps(steps, () => io.progress(`${graph.tables} tables`));
    const shown = report.findings.filter(({ code }) => values.code?.includes(code) ?? true);
    if (!values.json && tables.why !== '') await io.write(`${tables.why}\n`);
    for (const finding of shown) {
      const place = placeOf(source, finding.entryAddress);
      await io.write(
        values.json
          ? `${JSON.stringify(findingJson(finding, place, format.name))}\n`
          : `${findingLine(finding, place, format)}\n`,
      );
    }
    await io.write(values.json ? `${JSON.stringify(sums(report))}\n` : sumsText(report));
    return 0;
  },
};

function inSteps<Result>(steps: Generator<void, Result>, between: () => void): Result {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % stepsAtOnce === 0) between();
  }
}

/** Where an entry stands: a line of a text (both from 1), or an offset in an image. */
type EntryPlace =
  | { readonly source: string; readonly line: number; readonly column: number }
  | { readonly source: string; readonly offset: number }
  | null;

function placeOf({ memory }: SourceMemory, address: bigint): EntryPlace {
  const origin = memory.originOf(address);
  if (!origin) return null;
  return origin.kind === 'text'
    ? { source: origin.source, line: origin.line + 1, column: origin.start + 1 }
    : { source: origin.source, offset: origin.offset };
}

function findingJson(finding: AuditFinding, place: EntryPlace, format: string): Json {
  const { code, severity, message, level, index, count, standsFor, bits, other } = finding;
  return {
    code,
    severity,
    message,
    level: levelShown(format, level),
    table: formatWord(finding.table),
    index,
    count,
    stands_for: standsFor,
    entry_address: formatWord(finding.entryAddress),
    entry: formatWord(finding.entry),
    input: formatWord(finding.input),
    bits: [...bits],
    other: other === null ? null : formatWord(other),
    place,
  };
}

function findingLine(finding: AuditFinding, place: EntryPlace, format: EntryFormat): string {
  const { code, severity, message, entryAddress, entry } = finding;
  const where = place && 'line' in place ? `${place.source}:${place.line}: ` : '';
  const text = findingText(message, finding, format);
  return `${where}${severity} ${code} at ${formatWord(entryAddress)} (${formatWord(entry)}): ${text}`;
}

function sums({ tables, entries, leaves, counts, unexamined, incomplete }: AuditReport): Json {
  return { tables, entries, leaves, findings: Object.fromEntries(counts), unexamined, incomplete };
}

function sumsText({
  tables,
  entries,
  leaves,
  counts,
  unexamined,
  incomplete,
}: AuditReport): string {
  const found = [...counts].map(([code, count]) => `${code} ${count}`).join(', ');
  const notes = [
    ...(unexamined > 0
      ? [`${counted(unexamined, 'entry', 'entries')} of too many kinds not examined`]
      : []),
    ...(incomplete ? ['aliases and tables beyond some millions are left out'] : []),
  ];
  const rest = notes.length === 0 ? '' : `; ${notes.join('; ')}`;
  return `${counted(tables, 'table')}, ${counted(entries, 'entry', 'entries')}, ${counted(leaves, 'leaf', 'leaves')}: ${found === '' ? 'nothing found' : found}${rest}\n`;
}
