import { type DecodedEntry, formatWord, type WalkStep } from '../../src-core/index';
import { askEntry } from '../ask-entry';
import type { AskedTables } from '../asked-walk';
import { kernelNotes } from '../explain/table-entry';
import type { FileView } from '../file-view';
import type { WalkReply, WalkRow } from '../protocol';
import { entryAnswer, entryInShort } from '../render/entry';
import { answerMarkdown } from '../render/markdown';
import { grouped, levelText } from '../render/quantities';
import type { TableChoice } from '../table-choice';
import { replyOf } from '../walk-reply';
import { placeOnLine } from './line-of-value';
import { replayOf } from './replayed-trace';
import { momentOf, splitAssumption, tablesAsOf, treeOfLine } from './tables-as-of';

/**
 * The tables as they were just after a line of a trace. Each row's place in a walk through them is
 * the line that set its entry. What no line told is unknown, and the walk ends there and says so.
 */
export function askedAsOf(
  view: FileView,
  line: number,
): AskedTables | { readonly problem: string } {
  const moment = momentOf(view, line);
  if ('problem' in moment) return moment;
  const asOf = tablesAsOf(view, moment, treeOfLine(moment));
  if ('problem' in asOf) return asOf;
  return {
    tables: asOf.tables,
    reply(tables, walk) {
      const told = replyOf(view, tables, walk, (step) => rowOf(view, tables, step));
      return asTold(told, tables, line);
    },
  };
}

/**
 * The tables at the end of a file's trace, for a question that names no line: the answer says so.
 */
export function askedAtEnd(view: FileView): AskedTables | { readonly problem: string } {
  const line = lastLine(view);
  const asked = askedAsOf(view, line);
  if ('problem' in asked) return asked;
  return {
    tables: asked.tables,
    reply(tables, walk) {
      const told = asked.reply(tables, walk);
      if (told.status === 'missing') return told;
      const moment = `As of the trace's end, line ${grouped(line + 1)}.`;
      return { ...told, summary: `${told.summary} ${moment}` };
    },
  };
}

/** The last line of a text that says anything. */
function lastLine({ index }: FileView): number {
  let line = index.lineCount - 1;
  while (line > 0 && index.lineText(line).trim() === '') line--;
  return line;
}

/** A walk that ends where the trace is silent: nobody can dump that moment any more. */
function asTold(reply: WalkReply, { format }: TableChoice, line: number): WalkReply {
  if (reply.status !== 'missing') return reply;
  const level = reply.rows.at(-1)?.level;
  const where = level === undefined ? 'an entry' : `the ${levelText(format.hardware, level)} entry`;
  return {
    ...reply,
    summary: `${format.input} ${reply.address} as of line ${grouped(line + 1)}: unknown. No line up to there tells ${where}.`,
    dumpCommands: [],
  };
}

function rowOf(view: FileView, tables: TableChoice, step: WalkStep): WalkRow {
  const { level, index, kind, entry, entryAddress } = step;
  const origin = tables.memory.originOf(entryAddress);
  const line = origin?.kind === 'text' ? origin.line : null;
  return {
    level,
    title: levelText(tables.format.hardware, level),
    index,
    table: formatWord(step.table),
    entryAddress: formatWord(entryAddress),
    entry: entry === null ? null : formatWord(entry),
    kind,
    place: line === null ? null : placeOnLine(view, line),
    ...meaningOf(view, tables, step, line),
  };
}

/** How an entry is known: a line set it, its table came with it, or a later line tells. */
function howKnown(view: FileView, { kind, level }: DecodedEntry, line: number | null): string {
  if (line === null) {
    const empty = kind === 'empty' || kind === 'not-present';
    return empty
      ? 'No line up to there sets it.'
      : 'No line up to there sets it: a later one tells.';
  }
  const at = `at line ${grouped(line + 1)}`;
  if (
    replayOf(view)
      .changesOf(line)
      .some((change) => change.level === level)
  )
    return `Set ${at}.`;
  if (kind !== 'leaf') return `Its table was made ${at}; no line names the entry since.`;
  const split = `It came by the split of a huge page ${at}; no line names it since.`;
  return level === 1 ? `${split} ${splitAssumption}` : split;
}

function meaningOf(
  view: FileView,
  tables: TableChoice,
  { entry, level }: WalkStep,
  line: number | null,
): Pick<WalkRow, 'meaning' | 'markdown'> {
  if (entry === null) return { meaning: 'unknown: no line up to there tells it', markdown: '' };
  const reply = askEntry(view.tableQuestion(entry, level, tables));
  if ('problem' in reply) return { meaning: reply.problem, markdown: '' };
  const told = howKnown(view, reply.entry, line);
  const answer = entryAnswer(reply.entry, { where: [told], notes: kernelNotes(reply) });
  return { meaning: entryInShort(reply.entry), markdown: answerMarkdown(answer) };
}
