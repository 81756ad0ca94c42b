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
          const about = file && askedAbout(file, position.line, position.character);
          if (!about) return [];
          const places = (await unhurried(file, { pause }, token, usesOf(file, about))) ?? [];
          return places.map((place) => ({
            range: rangeOfPlace(place),
            kind: DocumentHighlightKind.Read,
          }));
        },
      ),
    );
  },
};
