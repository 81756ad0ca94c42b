import { formatWord, type WalkResult, type WalkStep } from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { lineText } from '../render/answer';
import { entryInShort, findingLine } from '../render/entry';
import { tableText } from '../render/plain-text';
import { levelText } from '../render/quantities';
import { walkSummary } from '../render/walk';
import { dimensionName, nestedSummary } from '../render/nested-walk';
import type { TableChoice } from '../table-choice';
import { isNested, type TwoDimensions } from '../two-dimensions';
import { commandsFor } from '../walk-commands';
import type { WalkSetup } from './walk-setup';

/** A walk for people: the answer, then a line for each entry read, then what is wrong. */
export function walkText(setup: WalkSetup, walk: WalkResult): string {
  const summary = summaryOf(setup, walk);
  const rows = walk.steps.map((step, number) =>
    stepCells(setup, step, number).map((cell) => [cell]),
  );
  const steps = rows.length === 0 ? '' : `${tableText({ head: rows[0]!.map(() => []), rows })}\n`;
  const findings = walk.findings
    .filter(({ severity, message }) => severity !== 'info' && !summary.includes(message.slice(1)))
    .map((finding) => `! ${lineText(findingLine(finding))}\n`);
  return `${summary}\n${steps.replace(/^/gm, '  ').replace(/ +$/, '')}${findings.join('')}`;
}

function summaryOf(setup: WalkSetup, walk: WalkResult): string {
  const both = bothOf(setup);
  if (both && isNested(walk)) return nestedSummary(both, walk);
  const { format, tables } = setup;
  const commands = commandsFor(tables.compiled, walk);
  const { addressBits } = tables.compiled;
  return walkSummary({ walk, format, commands, addressBits });
}

/** What is walked, and why: the line before the first answer. */
export function setupText({ tables, secondTables }: WalkSetup): string {
  const over = secondTables ? `\nover ${tablesText(secondTables)}` : '';
  return `${tablesText(tables)}${over}`;
}

function tablesText({ root, levels, why, format }: TableChoice): string {
  return `root ${formatWord(root)}, ${format.title}, ${levels} levels${why === '' ? '' : `. ${why}`}`;
}

/** Both dimensions; `undefined`: there is one. */
function bothOf({ tables, secondTables }: WalkSetup): TwoDimensions | undefined {
  return secondTables && { first: tables, second: secondTables };
}

function stepCells(setup: WalkSetup, step: WalkStep, number: number): string[] {
  const both = bothOf(setup);
  const dimension = 'dimension' in step && step.dimension === 2 ? 2 : 1;
  const tables = both && dimension === 2 ? both.second : setup.tables;
  return [
    // Every entry read is a reference to memory: in two dimensions there are many, so each has its number.
    ...(both ? [`${number + 1}`, dimensionName(both, dimension)] : []),
    levelText(tables.format.hardware, step.level),
    `entry ${step.index}`,
    `at ${formatWord(step.entryAddress)}`,
    step.entry === null ? 'not in this dump' : formatWord(step.entry),
    step.entry === null ? '' : meaning(tables, tables.format.name, step.entry, step.level),
  ];
}

function meaning(
  { hints, era }: TableChoice,
  format: TableChoice['format']['name'],
  value: bigint,
  level: number,
): string {
  const { kernel, cpu } = hints;
  const layout = hints.layout ?? (kernel === undefined ? era?.layout : undefined);
  const reply = askEntry({
    value,
    format,
    level,
    cpu,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  });
  return 'problem' in reply ? '' : entryInShort(reply.entry);
}
