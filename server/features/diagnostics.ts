import {
  type Diagnostic,
  DiagnosticSeverity,
  DocumentDiagnosticReportKind,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver';

import type { TextFinding } from '../../src-core/index';
import type { FileView } from '../file-view';
import { counted } from '../render/quantities';
import { describeError } from '../safe-handler';
import type { Feature } from './feature';

const source = 'pagewalk';
/** VS Code keeps 1,000 diagnostics of a file: the last one says how many more there are. */
const most = 1000;

/** What is wrong with lines of a dump or with the file's comment line. */
export const diagnostics: Feature = {
  capabilities: {
    diagnosticProvider: {
      identifier: source,
      interFileDependencies: false,
      workspaceDiagnostics: false,
    },
  },
  register({ connection, client, view, safely, onChange }) {
    const report = async (uri: string): Promise<Diagnostic[]> => {
      const file = await view(uri);
      return file ? diagnosticsOf(file) : [];
    };
    connection.languages.diagnostics.on(
      safely<DocumentDiagnosticParams, DocumentDiagnosticReport>(
        'diagnostic',
        { kind: DocumentDiagnosticReportKind.Full, items: [] },
        async ({ textDocument }) => ({
          kind: DocumentDiagnosticReportKind.Full,
          items: await report(textDocument.uri),
        }),
      ),
    );
    onChange((uri) => {
      if (client().pullDiagnostics) return;
      report(uri)
        .then((items) => connection.sendDiagnostics({ uri, diagnostics: items }))
        .catch((error: unknown) =>
          connection.console.error(`diagnostics: ${describeError(error)}`),
        );
    });
  },
};

/** The file's findings, in line order. */
export function diagnosticsOf(view: FileView): Diagnostic[] {
  const findings = view.index.findings().filter(({ severity }) => severity === 'warning');
  const told = findings.slice(0, findings.length > most ? most - 1 : most);
  const items = told.map((finding) => diagnosticOf(view, finding));
  const more = findings.length - told.length;
  const last = items.at(-1);
  if (more > 0 && last) {
    items.push({ ...last, message: `${counted(more, 'more line')} with problems`, code: 'more' });
  }
  return items;
}

function diagnosticOf(
  view: FileView,
  { code, line, start, end, message }: TextFinding,
): Diagnostic {
  // A finding without a place of its own is about the whole line.
  const stop = end > start ? end : view.index.lineText(line).length;
  return {
    range: { start: { line, character: start }, end: { line, character: stop } },
    severity: DiagnosticSeverity.Warning,
    code,
    source,
    message,
  };
}
