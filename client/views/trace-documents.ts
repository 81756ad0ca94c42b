import {
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

import type { TraceLine } from '../../server/protocol';
import type { AskedDocument } from '../asked-document';
import type { LanguageServer } from '../language-server';

const scheme = 'pagewalk-tables';

/**
 * KVM's tables as of lines of traces, as read-only dumps. The question stands in the document's URI;
 * a document follows the edits of its trace.
 */
export class TraceDocuments implements TextDocumentContentProvider, Disposable {
  private readonly changes = new EventEmitter<Uri>();
  readonly onDidChange = this.changes.event;
  private readonly watches: readonly Pick<Disposable, 'dispose'>[];

  constructor(
    private readonly server: LanguageServer,
    private readonly asked: AskedDocument,
  ) {
    this.watches = [
      this.changes,
      workspace.registerTextDocumentContentProvider(scheme, this),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.outdate(document.uri.toString());
      }),
    ];
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const asked = questionOf(uri);
    // The server knows open files alone; the trace's editor may be closed by now.
    await this.asked.open(asked.uri);
    const response = await this.server.traceTables(asked);
    return 'problem' in response ? `# ${response.problem}\n` : response.text;
  }

  dispose(): void {
    for (const watch of this.watches) watch.dispose();
  }

  private outdate(trace: string): void {
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme === scheme && questionOf(uri).uri === trace) this.changes.fire(uri);
    }
  }
}

/** The document of the tables as of a line; its name says file and line and makes it a dump. */
export function traceDocumentUri({ uri, line }: TraceLine): Uri {
  const path = `/${fileName(uri)} as of line ${String(line + 1)}.ptedump`;
  return Uri.from({ scheme, path, query: JSON.stringify({ uri, line }) });
}

/** A file's name without its folders. */
export function fileName(uri: string): string {
  return Uri.parse(uri, true).path.split('/').at(-1) ?? '';
}

function questionOf(uri: Uri): TraceLine {
  return JSON.parse(uri.query) as TraceLine;
}
