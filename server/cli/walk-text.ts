import { formatWord, type WalkResult, type WalkStep } from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { lineText } from '../render/answer';
import { entryInShort, findingLine } from '../render/entry';
import { tableText } from '../render/plain-text';
import { levelText } from '../render/quantities';
import { walkSummary } from '../render/walk';
import type { TableChoice } from '../table-choice';
import { commandsFor } from '../walk-commands';
import type { WalkSetup } from './walk-setup';

/** A walk for people: the answer, then a line for each entry read, then what is wrong. */
export function walkText(setup: WalkSetup, walk: WalkResult): string {
  const { format, tables } = setup;
  const commands = commandsFor(tables.compiled, walk);
  const { addressBits } = tables.compiled;
  const summary = walkSummary({ walk, format, commands, addressBits });
  const rows = walk.steps.map((step) => stepCells(setup, step).map((cell) => [cell]));
  const steps = rows.length === 0 ? '' : `${tableText({ head: rows[0]!.map(() => []), rows })}\n`;
  const findings = walk.findings
    .filter(({ severity, message }) => severity !== 'info' && !summary.includes(message.slice(1)))
    .map((finding) => `! ${lineText(findingLine(finding))}\n`);
  return `${summary}\n${steps.replace(/^/gm, '  ').replace(/ +$/, '')}${findings.join('')}`;
}

/** What is walked, and why: the line before the first answer. */
export function setupText({ tables, format }: WalkSetup): string {
  const { root, levels, why } = tables;
  return `root ${formatWord(root)}, ${format.title}, ${levels} levels${why === '' ? '' : `. ${why}`}`;
}

function stepCells(setup: WalkSetup, step: WalkStep): string[] {
  const second = 'dimension' in step && step.dimension === 2;
  const format = second && setup.secondFormat ? setup.secondFormat : setup.format;
  return [
    levelText(format.hardware, step.level),
    `entry ${step.index}`,
    `at ${formatWord(step.entryAddress)}`,
    step.entry === null ? 'not in this dump' : formatWord(step.entry),
    step.entry === null ? '' : meaning(setup.tables, format.name, step.entry, step.level),
  ];
}

function meaning(
  { hints, era }: TableChoice,
  format: WalkSetup['format']['name'],
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
