import type { Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';

import type { ClientSupport } from '../client-support';
import type { FileView } from '../file-view';
import { diagnosticSeverities, levelOf } from '../finding-levels';
import { findingText } from '../render/finding';
import { readScenarioText } from './scenario-text';

const code = 'scenario';

/** What keeps a scenario from running, at its place in the file. */
export function scenarioDiagnostics(
  view: FileView,
  client: Pick<ClientSupport, 'findingsPage' | 'validatesBySchema'>,
): Diagnostic[] {
  const level = levelOf(view.settings, code, 'error');
  if (level === 'off') return [];
  const text = view.index.text();
  const document = TextDocument.create(view.uri, 'json', view.version, text);
  return readScenarioText(text)
    .problems.filter(({ saidBySchema }) => !saidBySchema || !client.validatesBySchema)
    .map(({ start, end, message }) => ({
      range: { start: document.positionAt(start), end: document.positionAt(end) },
      severity: diagnosticSeverities[level],
      code,
      source: 'pagewalk',
      message: findingText(message, null, null),
      ...(client.findingsPage !== null && {
        codeDescription: { href: `${client.findingsPage}#${code}` },
      }),
    }));
}
