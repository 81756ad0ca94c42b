import { type TextDocument, type Uri, workspace } from 'vscode';
import type { Middleware } from 'vscode-languageclient';

import { isOwn, isScenario } from './languages';

const ownOnly = <T>(document: TextDocument | undefined, ask: () => T): T | undefined =>
  document && isOwn(document) ? ask() : undefined;

/** Problems are asked for by document, or by the URI of one that is open but not in sight. */
function documentOf(asked: TextDocument | Uri): TextDocument | undefined {
  if ('languageId' in asked) return asked;
  return workspace.textDocuments.find(({ uri }) => uri.toString() === asked.toString());
}

/**
 * With `hover.anywhere` the server knows foreign files too: of those it explains words, and nothing
 * else is asked about them. Of a scenario its problems are asked for: the rest is the JSON editor's.
 */
export const ownFilesOnly: Middleware = {
  provideDefinition: (document, position, token, next) =>
    ownOnly(document, () => next(document, position, token)),
  provideReferences: (document, position, options, token, next) =>
    ownOnly(document, () => next(document, position, options, token)),
  provideDocumentHighlights: (document, position, token, next) =>
    ownOnly(document, () => next(document, position, token)),
  prepareCallHierarchy: (document, position, token, next) =>
    ownOnly(document, () => next(document, position, token)),
  provideDocumentSymbols: (document, token, next) => ownOnly(document, () => next(document, token)),
  provideDocumentLinks: (document, token, next) => ownOnly(document, () => next(document, token)),
  provideFoldingRanges: (document, context, token, next) =>
    ownOnly(document, () => next(document, context, token)),
  provideSelectionRanges: (document, positions, token, next) =>
    ownOnly(document, () => next(document, positions, token)),
  provideInlayHints: (document, viewPort, token, next) =>
    ownOnly(document, () => next(document, viewPort, token)),
  provideCodeLenses: (document, token, next) => ownOnly(document, () => next(document, token)),
  provideDocumentSemanticTokens: (document, token, next) =>
    ownOnly(document, () => next(document, token)),
  provideDocumentSemanticTokensEdits: (document, previous, token, next) =>
    ownOnly(document, () => next(document, previous, token)),
  provideDocumentRangeSemanticTokens: (document, range, token, next) =>
    ownOnly(document, () => next(document, range, token)),
  provideCodeActions: (document, range, context, token, next) =>
    ownOnly(document, () => next(document, range, context, token)),
  provideCompletionItem: (document, position, context, token, next) =>
    ownOnly(document, () => next(document, position, context, token)),
  prepareRename: (document, position, token, next) =>
    ownOnly(document, () => next(document, position, token)),
  provideDiagnostics: (asked, previous, token, next) => {
    const document = documentOf(asked);
    return document && (isOwn(document) || isScenario(document))
      ? next(asked, previous, token)
      : undefined;
  },
};
