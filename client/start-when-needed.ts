import { Disposable, type TextDocument, workspace } from 'vscode';

import { hoverAnywhere, isOwn, isScenario } from './languages';
import type { LanguageServer } from './language-server';
import { hoverAnywhereSetting, settingsSection } from './names';

/**
 * Starts the server with the first document it has something to say about. The extension is up in
 * every window (a scenario is a JSON file, and with `hover.anywhere` any file is explained), but a
 * window without such a document pays for no second process. What a person asks for starts it too.
 */
export function startWhenNeeded(server: LanguageServer): Disposable {
  const isNeeded = (document: TextDocument): boolean => isOwn(document) || isScenario(document);
  if (hoverAnywhere() || workspace.textDocuments.some(isNeeded)) {
    server.start();
    return Disposable.from();
  }
  const start = (): void => {
    watches.dispose();
    server.start();
  };
  const watches = Disposable.from(
    workspace.onDidOpenTextDocument((document) => isNeeded(document) && start()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${settingsSection}.${hoverAnywhereSetting}`)) start();
    }),
  );
  return watches;
}
