import { parseWord, translate, type WalkResult } from '../src-core/index';
import type { FileView } from './file-view';
import type { WalkParams, WalkReply, WalkResponse } from './protocol';
import type { TableChoice } from './table-choice';
import { askedAsOf } from './trace/walk-as-of';
import { replyOf, tablesOf } from './walk-reply';

/** The tables that a question is about, and how a walk through them is told. */
export interface AskedTables {
  readonly tables: TableChoice;
  /** @param tables those above, or the same as another CPU reads them */
  readonly reply: (tables: TableChoice, walk: WalkResult) => WalkReply;
}

/** A file's tables, or those that its trace tells of as of the line that the question names. */
export function askedTables(
  view: FileView,
  params: Omit<WalkParams, 'address'>,
): AskedTables | { readonly problem: string } {
  if (params.line !== undefined) return askedAsOf(view, params.line);
  const tables = tablesOf(view, params);
  if ('problem' in tables) return tables;
  return { tables, reply: (read, walk) => replyOf(view, read, walk) };
}

/** Walks an address through the tables of a file, or says what is wrong with the question. */
export function walkFile(view: FileView, params: WalkParams): WalkResponse {
  const address = parseWord(params.address);
  if (address === undefined) {
    return {
      problem: `'${params.address}' is no address: up to 16 hexadecimal digits are expected.`,
    };
  }
  const asked = askedTables(view, params);
  if ('problem' in asked) return asked;
  const { memory, compiled, root, mmio } = asked.tables;
  const walk = translate(memory, compiled, root, address, { ...(mmio && { mmio }) });
  return { walk: asked.reply(asked.tables, walk) };
}
