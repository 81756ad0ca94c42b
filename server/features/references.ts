import type { Location, ReferenceParams } from 'vscode-languageserver';

import { askedAbout } from '../asked-about';
import { locationOf } from '../locations';
import { placeOfTable } from '../text-places';
import { unhurried } from '../unhurried';
import { usesOf } from '../uses';
import type { Feature } from './feature';

/** Who points to this table, who maps this frame, all events of this GFN. */
export const references: Feature = {
  capabilities: { referencesProvider: true },
  register({ connection, view, pause, safely }) {
    connection.onReferences(
      safely<ReferenceParams, Location[]>('references', [], async (params, token) => {
        const { textDocument, position, context } = params;
        const file = await view(textDocument.uri);
        const about = file && askedAbout(file, position.line, position.character);
        if (!about) return [];
        const places = (await unhurried(file, { pause }, token, usesOf(file, about))) ?? [];
        const own =
          about.kind === 'table' && context.includeDeclaration
            ? placeOfTable(file, about.address)
            : undefined;
        return [...(own ? [own] : []), ...places].map(locationOf);
      }),
    );
  },
};
