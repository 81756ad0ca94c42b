import {
  findEntryFormat,
  formatWord,
  type NestedWalk,
  parseWord,
  type WalkStep,
} from '../src-core/index';
import { askEntry } from './ask-entry';
import { kernelNotes } from './explain/table-entry';
import type { FileView } from './file-view';
import type { SecondParams, WalkParams, WalkReply, WalkRow } from './protocol';
import { entryAnswer, entryInShort } from './render/entry';
import { answerMarkdown } from './render/markdown';
import {
  addressNames,
  dimensionName,
  nestedDumpCommands,
  nestedSummary,
} from './render/nested-walk';
import { levelText } from './render/quantities';
import type { TableChoice, TableHints } from './table-choice';
import { placeOfWord } from './text-places';
import type { TwoDimensions } from './two-dimensions';
import { rowOf } from './walk-reply';

type Problem = { readonly problem: string };

/**
 * Both dimensions that a question is about: those it names, or the file's own.
 * @returns `undefined`: the question is about one dimension
 */
export function dimensionsAsked(
  view: FileView,
  params: Pick<WalkParams, 'root' | 'format' | 'levels' | 'second' | 'line'>,
): TwoDimensions | Problem | undefined {
  const { second } = params;
  const named = params.root !== undefined || params.format !== undefined;
  if (!second) return params.line === undefined && !named ? view.dimensions : undefined;
  const guest = hintsOf(params);
  if ('problem' in guest) return guest;
  const host = hintsOf(second);
  if ('problem' in host) return host;
  const { root } = host;
  return root === undefined
    ? { problem: 'The second dimension has no root.' }
    : view.dimensionsFor(guest, { ...host, root });
}

/** What a question says of a dimension's tables. */
function hintsOf({
  root,
  format,
  levels,
}: Partial<SecondParams>): Pick<TableHints, 'root' | 'format' | 'levels'> | Problem {
  const named = format === undefined ? undefined : findEntryFormat(format);
  if (format !== undefined && !named) return { problem: `'${format}' is no format.` };
  const address = root === undefined ? undefined : parseWord(root);
  if (root !== undefined && address === undefined) return { problem: `'${root}' is no address.` };
  return {
    ...(address !== undefined && { root: address }),
    ...(named && { format: named }),
    ...(levels !== undefined && { levels }),
  };
}

/** A walk in two dimensions as the client hears of it: every reference to memory has its number. */
export function nestedReplyOf(view: FileView, both: TwoDimensions, walk: NestedWalk): WalkReply {
  const { first, second } = both;
  return {
    address: formatWord(walk.address),
    status: walk.status,
    physical: walk.physical === null ? null : formatWord(walk.physical),
    pageSize: walk.pageSize,
    summary: nestedSummary(both, walk),
    root: formatWord(first.root),
    format: first.format.name,
    levels: first.levels,
    rows: rowsOf(view, both, walk),
    findings: walk.findings.map(({ code, severity, message }) => ({ code, severity, message })),
    accesses: [],
    dumpCommands: nestedDumpCommands(walk),
    second: {
      root: formatWord(second.root),
      format: second.format.name,
      levels: second.levels,
      addresses: addressNames(both),
      intermediate: walk.intermediate === null ? null : formatWord(walk.intermediate),
    },
  };
}

function rowsOf(view: FileView, both: TwoDimensions, walk: NestedWalk): WalkRow[] {
  let guestReads = 0;
  return walk.steps.map((step, at): WalkRow => {
    const { dimension } = step;
    const row =
      dimension === 2
        ? rowOf(view, both.second, step)
        : guestRow(view, both.first, step, walk.tables[guestReads++]?.physical ?? null);
    const name = dimensionName(both, dimension);
    return { ...row, reference: { number: at + 1, dimension, name } };
  });
}

/**
 * An entry of a guest's own table: its addresses are the guest's.
 * @param stands where the entry lies in this memory
 */
function guestRow(
  view: FileView,
  tables: TableChoice,
  step: WalkStep,
  stands: bigint | null,
): WalkRow {
  const { level, index, kind, entry } = step;
  return {
    level,
    title: levelText(tables.format.hardware, level),
    index,
    table: formatWord(step.table),
    entryAddress: formatWord(step.entryAddress),
    entry: entry === null ? null : formatWord(entry),
    kind,
    place: stands === null ? null : (placeOfWord(view, stands) ?? null),
    ...meaningOf(view, tables, step, stands),
  };
}

function meaningOf(
  view: FileView,
  tables: TableChoice,
  { entry, level, entryAddress }: WalkStep,
  stands: bigint | null,
): Pick<WalkRow, 'meaning' | 'markdown'> {
  if (entry === null) return { meaning: 'cannot be read', markdown: '' };
  const reply = askEntry(view.tableQuestion(entry, level, tables));
  if ('problem' in reply) return { meaning: reply.problem, markdown: '' };
  const where =
    stands === null
      ? []
      : [`At ${formatWord(entryAddress)} for the guest, ${formatWord(stands)} in this memory.`];
  const answer = entryAnswer(reply.entry, { where, notes: kernelNotes(reply) });
  return { meaning: entryInShort(reply.entry), markdown: answerMarkdown(answer) };
}
