import { type CodeAction, CodeActionKind, type CodeActionParams } from 'vscode-languageserver';

import { commentLineActions, writeAssumptionsKind } from '../comment-line-actions';
import { quickFixes } from '../quick-fixes';
import type { Feature } from './feature';

/** Changes of a file's comment line `pagewalk: …`, and what can be done about its findings. */
export const codeActions: Feature = {
  capabilities: {
    codeActionProvider: {
      codeActionKinds: [
        CodeActionKind.QuickFix,
        CodeActionKind.RefactorRewrite,
        writeAssumptionsKind,
      ],
    },
  },
  register({ connection, client, view, safely }) {
    connection.onCodeAction(
      safely<CodeActionParams, CodeAction[]>(
        'code actions',
        [],
        async ({ textDocument, range, context }) => {
          const file = await view(textDocument.uri);
          if (!file) return [];
          const actions = [
            ...quickFixes(file, context.diagnostics, client().commandLinks),
            ...commentLineActions(file, range.start.line, range.end.line),
          ];
          return actions.filter(({ kind = '' }) => isAsked(kind, context.only));
        },
      ),
    );
  },
};

/** A kind that is asked for stands for all below it: `source` for `source.pagewalk`. */
function isAsked(kind: string, only: readonly string[] | undefined): boolean {
  return (only ?? [kind]).some((asked) => kind === asked || kind.startsWith(`${asked}.`));
}
