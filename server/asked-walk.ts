import type { CancellationToken } from 'vscode-languageserver';

import { parseWord, translate, type WalkResult } from '../src-core/index';
import type { FileView } from './file-view';
import { dimensionsAsked, nestedReplyOf } from './nested-reply';
import type { WalkParams, WalkReply, WalkResponse } from './protocol';
import type { TableChoice } from './table-choice';
import { traceReplayed } from './trace/replayed-trace';
import { isTraceAlone } from './trace/tables-as-of';
import { askedAsOf, askedAtEnd } from './trace/walk-as-of';
import { walkBoth } from './two-dimensions';
import { replyOf, tablesOf } from './walk-reply';
import type { Surroundings } from './work-progress';

/** The tables that a question is about, and how a walk through them is told. */
export interface AskedTables {
  readonly tables: TableChoice;
  /** @param tables those above, or the same as another CPU reads them */
  readonly reply: (tables: TableChoice, walk: WalkResult) => WalkReply;
}

/** What a question says of the tables it is about. */
export type TablesQuestion = Omit<WalkParams, 'address'>;

/**
 * Does what takes long before a question about tables can be answered at once. False: nobody waits
 * for the answer any more, or the file was edited meanwhile.
 */
export async function readyToAsk(
  view: FileView,
  question: TablesQuestion,
  surroundings: Surroundings,
  token: CancellationToken,
): Promise<boolean> {
  if (question.line === undefined && !isAboutTrace(view, question)) return true;
  return traceReplayed(view, surroundings, token);
}

/**
 * A file's tables; those that its trace tells of as of the line that the question names, or at its
 * end where the file holds nothing but a trace.
 */
export function askedTables(
  view: FileView,
  question: TablesQuestion,
): AskedTables | { readonly problem: string } {
  if (question.line !== undefined) return askedAsOf(view, question.line);
  if (isAboutTrace(view, question)) return askedAtEnd(view);
  const tables = tablesOf(view, question);
  if ('problem' in tables) return tables;
  return { tables, reply: (read, walk) => replyOf(view, read, walk) };
}

/** A question of no line is about a trace where the file has no dump, and names no root in one. */
function isAboutTrace(view: FileView, { root, format, levels }: TablesQuestion): boolean {
  const named = root !== undefined || format !== undefined || levels !== undefined;
  return !named && isTraceAlone(view);
}

/** Walks an address through the tables of a file, or says what is wrong with the question. */
export function walkFile(view: FileView, params: WalkParams): WalkResponse {
  const address = parseWord(params.address);
  if (address === undefined) {
    return {
      problem: `'${params.address}' is no address: up to 16 hexadecimal digits are expected.`,
    };
  }
  const both = dimensionsAsked(view, params);
  if (both) {
    if ('problem' in both) return both;
    return { walk: nestedReplyOf(view, both, walkBoth(both, address)) };
  }
  const asked = askedTables(view, params);
  if ('problem' in asked) return asked;
  const { memory, compiled, root, mmio } = asked.tables;
  const walk = translate(memory, compiled, root, address, { ...(mmio && { mmio }) });
  return { walk: asked.reply(asked.tables, walk) };
}
