import {
  findEntryFormat,
  formatWord,
  parseWord,
  type WalkResult,
  type WalkStep,
  withAssumedWidth,
} from '../src-core/index';
import { askEntry } from './ask-entry';
import { tableEntryAnswer } from './explain/table-entry';
import type { FileView } from './file-view';
import type { WalkParams, WalkReply, WalkRow } from './protocol';
import { entryInShort } from './render/entry';
import { answerMarkdown } from './render/markdown';
import { levelText } from './render/quantities';
import { walkSummary } from './render/walk';
import type { TableChoice } from './table-choice';
import { placeOfWord } from './text-places';
import { usualAccesses } from './usual-accesses';
import { commandsFor } from './walk-commands';

/** The file's own tables, or others of it where the question names them. */
export function tablesOf(
  view: FileView,
  params: Pick<WalkParams, 'root' | 'format' | 'levels'>,
): FileView['tables'] {
  const { root, format, levels } = params;
  if (root === undefined && format === undefined && levels === undefined) return view.tables;
  const named = format === undefined ? undefined : findEntryFormat(format);
  if (format !== undefined && !named) return { problem: `'${format}' is no format.` };
  const address = root === undefined ? undefined : parseWord(root);
  if (root !== undefined && address === undefined) return { problem: `'${root}' is no address.` };
  return view.tablesFor({
    ...(address !== undefined && { root: address }),
    ...(named && { format: named }),
    ...(levels !== undefined && { levels }),
  });
}

/**
 * A walk as the client hears of it.
 * @param row how a level is told; left out: as of the file's dumps
 */
export function replyOf(
  view: FileView,
  tables: TableChoice,
  walked: WalkResult,
  row: (step: WalkStep) => WalkRow = (step) => rowOf(view, tables, step),
): WalkReply {
  const { format, compiled, hints } = tables;
  const walk = {
    ...walked,
    findings: walked.findings.map((finding) =>
      withAssumedWidth(finding, compiled.shape.cpu, hints.cpu),
    ),
  };
  const commands = commandsFor(compiled, walk);
  return {
    address: formatWord(walk.address),
    status: walk.status,
    physical: walk.physical === null ? null : formatWord(walk.physical),
    pageSize: walk.pageSize,
    summary: walkSummary({ walk, format, commands, addressBits: compiled.addressBits }),
    root: formatWord(tables.root),
    format: format.name,
    levels: tables.levels,
    rows: walk.steps.map(row),
    findings: walk.findings.map(({ code, severity, message }) => ({ code, severity, message })),
    accesses: usualAccesses(walk, compiled),
    dumpCommands: commands,
  };
}

/** A level of a walk, as of the file's dumps. */
export function rowOf(view: FileView, tables: TableChoice, step: WalkStep): WalkRow {
  const { level, index, kind } = step;
  return {
    level,
    title: levelText(tables.format.hardware, level),
    index,
    table: formatWord(step.table),
    entryAddress: formatWord(step.entryAddress),
    entry: step.entry === null ? null : formatWord(step.entry),
    kind,
    place: placeOfWord(view, step.entryAddress) ?? null,
    ...meaningOf(view, tables, step),
  };
}

function meaningOf(
  view: FileView,
  tables: TableChoice,
  { entry, entryAddress, level }: WalkStep,
): Pick<WalkRow, 'meaning' | 'markdown'> {
  if (entry === null) return { meaning: 'not in this dump', markdown: '' };
  const reply = askEntry(view.tableQuestion(entry, level, tables));
  if ('problem' in reply) return { meaning: reply.problem, markdown: '' };
  const answer = tableEntryAnswer(view, tables, reply, entryAddress);
  return { meaning: entryInShort(reply.entry), markdown: answerMarkdown(answer) };
}
