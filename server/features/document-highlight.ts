import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentHighlightParams,
} from 'vscode-languageserver';

import { askedAbout } from '../asked-about';
import { rangeOfPlace } from '../locations';
import { unhurried } from '../unhurried';
import { usesOf } from '../uses';
import type { Feature } from './feature';

/** Marks every entry of the file that leads to the same table or frame. */
export const documentHighlight: Feature = {
  capabilities: { documentHighlightProvider: true },
  register({ connection, view, pause, safely }) {
    connection.onDocumentHighlight(
      safely<DocumentHighlightParams, DocumentHighlight[]>(
        'documentHighlight',
        [],
        async ({ textDocument, position }, token) => {
          const file = await view(textDocument.uri);
          const { line, character } = position;
          const word = file?.index.wordAt(line, character, file.entryBytes);
          if (!file || !word) return [];
          const about = askedAbout(file, line, character);
          const uses = about
            ? await unhurried(file, { pause }, token, usesOf(file, about))
            : undefined;
          // A word without uses is marked alone: else an editor marks every word that looks like it,
          // and a dump has thousands of empty entries.
          const own = { uri: file.uri, line, start: word.start, end: word.end };
          return (uses && uses.length > 0 ? uses : [own]).map((place) => ({
            range: rangeOfPlace(place),
            kind: DocumentHighlightKind.Read,
          }));
        },
      ),
    );
  },
};
