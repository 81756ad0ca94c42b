import {
  CancellationToken,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver';

import type { EntryFormat } from '../../src-core/index';
import type { ClientSupport } from '../client-support';
import { type FileFinding, findingsOf } from '../file-findings';
import type { FileView } from '../file-view';
import { diagnosticSeverities } from '../finding-levels';
import { locationOf, rangeOfPlace } from '../locations';
import { findingText, moreText } from '../render/finding';
import { describeError } from '../safe-handler';
import { scenarioDiagnostics } from '../scenario/scenario-diagnostics';
import { isScenarioUri } from '../scenario/scenario-text';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

const source = 'pagewalk';
/** VS Code keeps 1,000 diagnostics of a file: the last one says how many more there are. */
const most = 999;
/** How long typing must rest before problems are sent to a client that does not ask for them. */
const restMilliseconds = 300;

type Report = DocumentDiagnosticReport | ResponseError<never>;

/** What is wrong with the lines, the tables and the comment line of a file, or with a scenario. */
export const diagnostics: Feature = {
  capabilities: {
    diagnosticProvider: {
      identifier: source,
      interFileDependencies: false,
      workspaceDiagnostics: false,
    },
  },
  register({ connection, client, view, pause, files, onChange, onSettings, safely }) {
    connection.languages.diagnostics.on(
      safely<DocumentDiagnosticParams, Report>(
        'diagnostic',
        { kind: DocumentDiagnosticReportKind.Full, items: [] },
        async ({ textDocument }, token) => {
          const file = await view(textDocument.uri);
          const items = file ? await diagnosticsOf(file, client(), { pause }, token) : [];
          return items
            ? { kind: DocumentDiagnosticReportKind.Full, items }
            : new ResponseError<never>(LSPErrorCodes.ContentModified, 'the file was edited');
        },
      ),
    );
    const send = async (uri: string): Promise<void> => {
      const file = await view(uri);
      const items =
        file && (await diagnosticsOf(file, client(), { pause }, CancellationToken.None));
      if (items) await connection.sendDiagnostics({ uri, diagnostics: items });
    };
    const waiting = new Map<string, ReturnType<typeof setTimeout>>();
    const sendSoon = (uri: string): void => {
      clearTimeout(waiting.get(uri));
      const timer = setTimeout(() => {
        waiting.delete(uri);
        send(uri).catch((error: unknown) =>
          connection.console.error(`diagnostics: ${describeError(error)}`),
        );
      }, restMilliseconds);
      waiting.set(uri, timer);
    };
    onChange((uri) => {
      if (!client().pullDiagnostics) sendSoon(uri);
    });
    onSettings(() => {
      if (!client().pullDiagnostics) for (const uri of files()) sendSoon(uri);
      else if (client().diagnosticRefresh) void connection.languages.diagnostics.refresh();
    });
  },
};

/** The file's findings, the worst first; `undefined`: cancelled, or the file was edited meanwhile. */
export async function diagnosticsOf(
  view: FileView,
  client: Pick<ClientSupport, 'findingsPage' | 'relatedPlaces' | 'validatesBySchema'>,
  runtime: { readonly pause: () => Promise<void> },
  token: CancellationToken,
): Promise<Diagnostic[] | undefined> {
  if (isScenarioUri(view.uri)) return scenarioDiagnostics(view, client);
  const found = await unhurried(view, runtime, token, findingsOf(view, most));
  if (!found) return undefined;
  const { findings, more } = found;
  const { tables } = view;
  const format = 'problem' in tables ? null : tables.format;
  const items = findings.map((finding) => diagnosticOf(finding, format, client));
  const first = items[0];
  if (more === 0 || !first) return items;
  const { range } = first;
  const severity = DiagnosticSeverity.Information;
  return [...items, { range, severity, code: 'more', source, message: moreText(more) }];
}

function diagnosticOf(
  { code, level, message, place, other, audit }: FileFinding,
  format: EntryFormat | null,
  { findingsPage, relatedPlaces }: Pick<ClientSupport, 'findingsPage' | 'relatedPlaces'>,
): Diagnostic {
  return {
    range: rangeOfPlace(place),
    severity: diagnosticSeverities[level],
    code,
    source,
    message: findingText(message, audit, format),
    ...(findingsPage !== null && { codeDescription: { href: `${findingsPage}#${code}` } }),
    ...(relatedPlaces &&
      other && {
        relatedInformation: [{ location: locationOf(other), message: 'the other entry' }],
      }),
  };
}
