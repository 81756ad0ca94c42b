import {
  type DocumentLink,
  type DocumentLinkParams,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver';

import { cyclicChild, parseWord } from '../../src-core/index';
import type { FileView } from '../file-view';
import { rangeOfPlace } from '../locations';
import { isRecord } from '../settings-schema';
import type { TableChoice } from '../table-choice';
import { growingGraph } from '../table-graphs';
import { placeOfTable, placeOfWord } from '../text-places';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

const nowhere = new ResponseError<never>(
  LSPErrorCodes.RequestFailed,
  'The link leads nowhere; see the log.',
);

/** Links of one file: they are asked for all at once. */
const most = 5000;

/** Addresses that lead to a table in the same file: of table entries, and of the comment line's root. */
export const documentLinks: Feature = {
  capabilities: { documentLinkProvider: { resolveProvider: true } },
  register({ connection, view, pause, safely }) {
    connection.onDocumentLinks(
      safely<DocumentLinkParams, DocumentLink[]>(
        'documentLink',
        [],
        async ({ textDocument }, token) => {
          const file = await view(textDocument.uri);
          return file ? ((await unhurried(file, { pause }, token, linksOf(file))) ?? []) : [];
        },
      ),
    );
    connection.onDocumentLinkResolve(
      safely<DocumentLink, DocumentLink | ResponseError<never>>(
        'documentLink/resolve',
        nowhere,
        async (link) => {
          const data: unknown = link.data;
          if (!isRecord(data) || typeof data.uri !== 'string') return link;
          const file = await view(data.uri);
          const table = typeof data.table === 'string' ? parseWord(data.table) : undefined;
          const place = file && table !== undefined ? placeOfTable(file, table) : undefined;
          if (!place) return link;
          return { ...link, target: `${place.uri}#L${place.line + 1},${place.start + 1}` };
        },
      ),
    );
  },
};

function* linksOf(view: FileView): Generator<void, DocumentLink[]> {
  const { tables } = view;
  if ('problem' in tables) return [];
  const graph = growingGraph(tables);
  while (graph.advance(16)) yield;
  const links = rootLinks(view, tables);
  for (let entry = 0; entry < graph.child.length && links.length < most; entry++) {
    const child = graph.child.at(entry);
    const place =
      child < cyclicChild ? placeOfWord(view, BigInt(graph.entryAddress(entry))) : undefined;
    if (place) {
      const table = `0x${graph.address.at(child).toString(16)}`;
      links.push({ range: rangeOfPlace(place), data: { uri: view.uri, table } });
    }
    yield;
  }
  return links;
}

/** The root in the file's comment line. */
function rootLinks(view: FileView, { root }: TableChoice): DocumentLink[] {
  return view.index.directives().flatMap(({ line }) => {
    const text = view.index.lineText(line);
    const match = /\broot=("?)([^\s"]+)/i.exec(text);
    if (!match || !placeOfTable(view, root)) return [];
    const start = match.index + match[0].length - match[2]!.length;
    const range = rangeOfPlace({ line, start, end: start + match[2]!.length });
    return [{ range, data: { uri: view.uri, table: `0x${root.toString(16)}` } }];
  });
}
