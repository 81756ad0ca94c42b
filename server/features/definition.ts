import type {
  Definition,
  DefinitionLink,
  DefinitionParams,
  LocationLink,
  Range,
} from 'vscode-languageserver';

import type { WordAt } from '../../src-core/index';
import { askEntry } from '../ask-entry';
import { findEntry } from '../entry-place';
import type { FileView } from '../file-view';
import type { Place } from '../protocol';
import { placeOfTable } from '../text-places';
import { placeOnLine } from '../trace/line-of-value';
import { replayOf, traceReplayed } from '../trace/replayed-trace';
import type { Feature } from './feature';

/**
 * From a table entry to the child table in the dump; from a table's address to its first line; from
 * a line of a trace to where its entry was set before.
 */
export const definition: Feature = {
  capabilities: { definitionProvider: true },
  register({ connection, client, view, pause, safely }) {
    connection.onDefinition(
      safely<DefinitionParams, Definition | DefinitionLink[] | null>(
        'definition',
        null,
        async ({ textDocument, position }, token) => {
          const file = await view(textDocument.uri);
          // Where an entry was set before, only a replay tells.
          const ready =
            file?.index.logEvent(position.line) === undefined ||
            (await traceReplayed(file, { connection, pause }, token));
          const link = file && ready && definitionAt(file, position.line, position.character);
          if (!link) return null;
          return client().definitionLinks
            ? [link]
            : { uri: link.targetUri, range: link.targetSelectionRange };
        },
      ),
    );
  },
};

/** Where the table stands that a place's word points at; `undefined`: it points at none in here. */
export function definitionAt(
  view: FileView,
  line: number,
  column: number,
): LocationLink | undefined {
  const word = view.index.wordAt(line, column, view.entryBytes);
  if (word?.kind === 'log-field') return setBefore(view, line, word);
  const table = word && tableNamed(view, word);
  const place = table === undefined ? undefined : placeOfTable(view, table);
  if (!word || !place) return undefined;
  const target = rangeOf(place);
  return {
    originSelectionRange: rangeOf({ line, start: word.start, end: word.end }),
    targetUri: place.uri,
    targetRange: target,
    targetSelectionRange: target,
  };
}

/** The line that set the entry before, which a line of a trace changes. */
function setBefore(
  view: FileView,
  line: number,
  { start, end }: Pick<Place, 'start' | 'end'>,
): LocationLink | undefined {
  const before = replayOf(view).changesOf(line).at(-1)?.previousLine;
  if (before == null) return undefined;
  const place = placeOnLine(view, before);
  return {
    originSelectionRange: rangeOf({ line, start, end }),
    targetUri: place.uri,
    targetRange: rangeOf({ ...place, start: 0, end: view.index.lineText(before).length }),
    targetSelectionRange: rangeOf(place),
  };
}

/** Byte address of the table that a word names: an entry's child, or the table of a plain address. */
function tableNamed(view: FileView, word: WordAt): bigint | undefined {
  const { tables } = view;
  if (word.kind === 'dump-word' && !('problem' in tables)) {
    const place = findEntry(tables, word.word.address);
    const reply = askEntry(view.tableQuestion(word.value, place?.table.level, tables));
    if ('problem' in reply || reply.entry.kind !== 'table') return undefined;
    return reply.entry.address ?? undefined;
  }
  if (word.kind !== 'plain' || 'problem' in tables) return undefined;
  return tables.tree.byAddress.has(Number(word.physical)) ? word.physical : undefined;
}

function rangeOf({ line, start, end }: Pick<Place, 'line' | 'start' | 'end'>): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}
